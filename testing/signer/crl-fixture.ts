import { canonicalJson, type Json } from "@/lib/log/pure/canonical";
import { randomBytes } from "node:crypto";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import type { CertificateDto, RevokeInput } from "@/lib/certificates/schema";
import { closeDatabase, openDatabase, type Database } from "@/lib/db/database";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { readCrl, type Crl } from "@/lib/pki/crl-reader";
import type { SignerClient } from "@/lib/signers/types";
import { assembleSigned } from "@/lib/pki/sign";
import { openSealed } from "@/lib/signers/seal";
import { makeSoftwareSigner } from "@/lib/signers/software";
import { makeSigner } from "@/server/signer/make-signer";
import { readStoredKey } from "@/server/signer/read-stored-plans";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";

const admin = adminActor();

/** A CA whose signer signs CRLs, and what attackers do to its database. */
export type CrlFixture = Readonly<{
  harness: Harness;
  issuingId: string;
  rootId: string;
  /** What the signer reads: one connection, which stays open. */
  signerDb: Database;
  /** The signer's messages for the operator. */
  notices: string[];
  issue: () => Promise<CertificateDto>;
  /** Issues a certificate and revokes it, or puts it on hold. */
  revoked: (reason?: RevokeInput["reason"]) => Promise<CertificateDto>;
  sign: (authorityId?: string) => Promise<Crl>;
  /** Signs any TBSCertList with the key of an authority, as an earlier version did. */
  signBytes: (authorityId: string, tbs: Uint8Array) => Promise<Uint8Array>;
  lists: (certificate: CertificateDto) => Promise<boolean>;
  /** What the CRL states about it: reason and date. */
  statement: (certificate: CertificateDto) => Promise<{ reason: string; revokedAt: Date } | null>;
  /** The signer as after a restart, with the folder that it has or another. */
  restart: (witnessDir?: string) => SignerClient;
  /**
   * Runs SQL as superuser with every trigger of these tables switched off. The signer reads all rows
   * afterwards, as it does once an hour: without triggers it isn't told what changed.
   */
  force: (sql: string, values?: readonly unknown[]) => Promise<void>;
  /** The same, and the signer goes on: it learns what changed when it next reads all rows. */
  forceUnnoticed: (sql: string, values?: readonly unknown[]) => Promise<void>;
  /** The same with the triggers that stamp rows switched on, so that the signer reads what changed. */
  forceStamped: (sql: string, values?: readonly unknown[]) => Promise<void>;
  /** Runs SQL with the application's role, in a transaction with an entry `crl.issued` of the target. */
  asApplication: (targetId: string, sql: string, values?: readonly unknown[]) => Promise<void>;
  /** Writes an entry of that content with the application's role, and numbers it. */
  record: (entry: Readonly<Record<string, unknown>>) => Promise<void>;
  close: () => Promise<void>;
}>;

const guarded = ["certificate", "crl", "authority", "tlog.inbox", "tlog.entry_p000000"];

export async function openCrlFixture(): Promise<CrlFixture> {
  const notices: string[] = [];
  const harness = await createTestCa();
  const { deps } = harness;
  const signerDb = openDatabase(harness.urls.signerUrl, { max: 1, keepsConnections: true });
  const restart = (witnessDir = harness.witnessDir): SignerClient =>
    makeSigner({
      ...deps,
      db: signerDb,
      kek: harness.kek,
      witnessDir,
      onNotice: (line) => notices.push(line),
    });
  let signer = restart();
  const [issuingId, rootId] = await Promise.all(
    ["issuing", "root"].map(async (slug) => (await getAuthority(deps, admin, slug)).id),
  );
  if (!issuingId || !rootId) throw new Error("the test CA has no authorities");
  const issue = async (): Promise<CertificateDto> => {
    const [identity, csr] = [await createTestIdentity(deps), await makeCsr()];
    return (await issueCertificate(deps, admin, { profile: "tls-server", identity, csr })).result;
  };
  const sign = async (authorityId = issuingId): Promise<Crl> =>
    readCrl((await signer.signCrl({ authorityId, shard: "" })).der);
  const changes = attacks(harness);
  return {
    harness,
    signBytes: (authorityId, tbs) => signBytes(harness, authorityId, tbs),
    issuingId,
    rootId,
    signerDb,
    notices,
    issue,
    sign,
    revoked: async (reason = "superseded") => {
      const certificate = await issue();
      await revokeCertificate(deps, admin, certificate.id, { reason });
      return certificate;
    },
    ...statementsOf(sign),
    restart: (witnessDir) => (signer = restart(witnessDir)),
    ...changes,
    force: async (sql, values) => {
      await changes.forceUnnoticed(sql, values);
      signer = restart();
    },
    close: async () => {
      await closeDatabase(signerDb);
      await harness.close();
    },
  };
}

async function signBytes(
  { deps, signerDb, kek }: Harness,
  authorityId: string,
  tbs: Uint8Array,
): Promise<Uint8Array> {
  const { keyId } = await deps.db.prisma.authority.findUniqueOrThrow({
    where: { id: authorityId },
  });
  const key = await readStoredKey(signerDb, keyId);
  if (!key) throw new Error("the test CA has no key");
  const own = makeSoftwareSigner(key.algorithm, openSealed(kek, key), key.spkiDer);
  return assembleSigned(tbs, own.signatureAlgorithm, await own.sign(tbs));
}

const statementsOf = (sign: () => Promise<Crl>): Pick<CrlFixture, "lists" | "statement"> => ({
  lists: async ({ serial }) => (await sign()).has(Buffer.from(serial, "hex")),
  statement: async ({ serial }) => {
    for (const entry of (await sign()).entries())
      if (Buffer.from(entry.serial).toString("hex") === serial) return entry;
    return null;
  },
});

/** An entry of the form that every reader accepts, whatever it says: the signer reads no other. */
function entryBytes(entry: Readonly<Record<string, unknown>>): string {
  const target = entry["target"] as object | null | undefined;
  return canonicalJson({
    v: 1,
    id: `ent_${randomBytes(13).toString("hex")}`,
    ts: "2026-11-23T08:00:00.000000Z",
    reason: null,
    actor: { kind: "user", id: "usr_x", label: "x" },
    credential: null,
    origin: { ip: null, port: null, userAgent: null, via: [] },
    requestId: "req_x",
    correlationId: "req_x",
    decision: null,
    details: {},
    nonce: "x",
    ...entry,
    target: target ? { kind: "certificate", label: "x", ...target } : null,
  } as Json);
}

const stamps = ["stamps_insert", "stamps_status"];

/** Runs SQL with the triggers off, all of them or all but those that stamp what changed. */
async function force(
  asSuper: Harness["asSuper"],
  isStamped: boolean,
  sql: string,
  values: readonly unknown[],
): Promise<void> {
  const setStamps = async (): Promise<void> => {
    for (const name of stamps)
      await asSuper(`alter table certificate enable always trigger ${name}`);
  };
  await asSuper("set session_replication_role = replica");
  for (const place of guarded) await asSuper(`alter table ${place} disable trigger all`);
  if (isStamped) await setStamps();
  await asSuper(sql, values);
  for (const place of guarded) await asSuper(`alter table ${place} enable trigger all`);
  for (const name of ["needs_entry", "is_fixed"])
    await asSuper(`alter table certificate enable always trigger ${name}`);
  await setStamps();
  await asSuper("set session_replication_role = origin");
}

function attacks({
  asSuper,
  deps,
  sequence,
}: Harness): Pick<CrlFixture, "forceUnnoticed" | "forceStamped" | "asApplication" | "record"> {
  return {
    forceUnnoticed: (sql, values = []) => force(asSuper, false, sql, values),
    forceStamped: (sql, values = []) => force(asSuper, true, sql, values),
    asApplication: async (targetId, sql, values = []) => {
      const client = await deps.db.pool.connect();
      try {
        await client.query("begin");
        await client.query(
          "insert into tlog.inbox (entry, target_id) values (convert_to($1, 'UTF8'), $2)",
          [
            entryBytes({ action: "crl.issued", outcome: "success", target: { id: targetId } }),
            targetId,
          ],
        );
        await client.query(sql, [...values]);
        await client.query("commit");
      } finally {
        client.release(true);
      }
    },
    record: async (entry) => {
      await deps.db.pool.query("insert into tlog.inbox (entry) values (convert_to($1, 'UTF8'))", [
        entryBytes(entry),
      ]);
      await sequence();
    },
  };
}
