import type { Database } from "@/lib/db/database";
import { AppError } from "@/lib/errors/app-error";
import { dayMs, minuteMs } from "@/lib/format/time-units";
import { equalBytes } from "@/lib/log/pure/bytes";
import { layOutCrl, type CrlContent } from "@/lib/pki/crl";
import { issuerFactsOf } from "@/lib/pki/issuer";
import type { IssuerFacts, RevokedEntry, Signer } from "@/lib/pki/types";
import type { Clock, Random } from "@/lib/runtime/clock";
import type { SignedCrl, SignerClient } from "@/lib/signers/types";
import { inSlices } from "@/lib/runtime/in-slices";
import { makeCrlBuffers, type CrlBuffers } from "./crl/crl-buffers";
import { openCrlMemory, type CrlMemory } from "./crl/crl-memory";
import { planEntries, type EncodedEntries } from "./crl/encoded-entries";
import { mergeDatabase, type DatabaseReading } from "./crl/merge-database";
import type { Contradictions } from "./crl/merge-revoked";

type CrlSignerOptions = Readonly<{
  db: Database;
  clock: Clock;
  random: Random;
  /** The folder where the signer remembers what it signed. */
  witnessDir: string;
  signerOf: (keyId: string) => Promise<Signer>;
  /** Called with messages for the operator that are not errors. */
  onNotice?: ((line: string) => void) | undefined;
  /** By default about 250 MB of DER, which is what fits through the signer's socket. */
  maxEntries?: number;
}>;

type AuthorityRow = Readonly<{
  slug: string;
  key_id: string;
  certificate_der: Uint8Array | null;
  crl_period_seconds: number;
}>;

const shortestCrlMs = 10 * minuteMs,
  longestCrlMs = 10 * dayMs,
  defaultMaxEntries = 5_000_000,
  maxRemembered = 100_000;

/**
 * Issuing writes one CRL distribution point into certificates: the whole CRL of their authority. A
 * CRL of any other name would cover nothing, so none is signed.
 */
function checkShard(shard: string): void {
  if (shard === "") return;
  throw new AppError(
    "signer.crl-shard",
    "Certificates name only the whole CRL of their CA, so a CRL with another name is not signed.",
  );
}

async function getAuthority(db: Database, authorityId: string): Promise<AuthorityRow> {
  const {
    rows: [row],
  } = await db.pool.query<AuthorityRow>(
    "select slug, key_id, certificate_der, crl_period_seconds from authority where id = $1 and status in ('active', 'retired')",
    [authorityId],
  );
  if (!row?.certificate_der)
    throw new AppError(
      "signer.authority-not-active",
      "This CA is not active, so it can't sign a CRL.",
    );
  return row;
}

/** The facts of the authority, if its certificate in the database is one of the key that signs. */
function issuerOf(row: AuthorityRow, signer: Signer): IssuerFacts {
  const facts = issuerFactsOf(row.certificate_der ?? new Uint8Array());
  if (!equalBytes(facts.spkiDer, signer.spkiDer))
    throw new AppError(
      "signer.issuer-differs",
      "The certificate of this CA in the database is not one of its key, so no CRL was signed.",
    );
  return facts;
}

/** Milliseconds since 1970, or one more than the last number if that is larger. */
function nextNumber(now: number, ...used: readonly bigint[]): bigint {
  return used.reduce((next, number) => (number >= next ? number + 1n : next), BigInt(now));
}

function describeContradictions(slug: string, path: string, found: Contradictions): string | null {
  const { missing, held, changed } = found;
  if (missing + held + changed === 0) return null;
  return `the CRL of ${slug} lists what the database no longer says: ${missing} revoked and ${held} held certificates are missing there, ${changed} have another date or reason. The signer remembers them in ${path}. Investigate who changed the database, or whether an older backup was restored`;
}

/** Runs tasks of the same key one after another. */
function makeSerializer(): <T>(key: string, task: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return <T>(key: string, task: () => Promise<T>): Promise<T> => {
    const before = last.get(key) ?? Promise.resolve();
    const next = before.then(task, task);
    const settled = next.catch(() => {});
    last.set(key, settled);
    void settled.then(() => {
      if (last.get(key) === settled) last.delete(key);
    });
    return next;
  };
}

function openMemory({ witnessDir, random, onNotice }: CrlSignerOptions, signer: Signer): CrlMemory {
  const seed = Buffer.from(random.bytes(4)).readInt32LE();
  const memory = openCrlMemory(witnessDir, signer.spkiDer, seed);
  if (memory.wasTorn)
    onNotice?.(`${memory.path} ended with a CRL that was never handed out; it was left out`);
  return memory;
}

/** What the signer knows of the CRLs of one key: from its file, and of the database since it started. */
type KeyState = {
  readonly memory: CrlMemory;
  reading: DatabaseReading | null;
  entries: EncodedEntries | null;
  readonly buffers: CrlBuffers;
};

const openKey = (options: CrlSignerOptions, signer: Signer): KeyState => ({
  memory: openMemory(options, signer),
  reading: null,
  entries: null,
  buffers: makeCrlBuffers(),
});

async function issue(
  options: CrlSignerOptions,
  authorityId: string,
  authority: AuthorityRow,
  signer: Signer,
  state: KeyState,
): Promise<SignedCrl> {
  const { memory } = state;
  const { db, clock, witnessDir, onNotice } = options;
  const { maxEntries = defaultMaxEntries } = options;
  const issuer = issuerOf(authority, signer);
  const now = clock.now().getTime();
  const read = await mergeDatabase(db, authorityId, memory, now, state.reading);
  const { merge, storedNumber } = read;
  state.reading = read.reading;
  if (memory.last() === null && storedNumber > 0n)
    onNotice?.(
      `no memory of the CRLs of ${authority.slug} in ${witnessDir}; starting from what the database says`,
    );
  const count = memory.revoked.size();
  if (count > maxEntries)
    throw new AppError(
      "signer.crl-too-large",
      `This CRL would list ${count} certificates. The signer signs CRLs of at most ${maxEntries}.`,
    );
  const thisUpdate = Math.floor(now / 1000) * 1000;
  const lifetime = Math.min(
    Math.max(authority.crl_period_seconds * 1000, shortestCrlMs),
    longestCrlMs,
  );
  const number = nextNumber(now, memory.last()?.number ?? 0n, storedNumber);
  // All rows were read: the entries are written from the records, too.
  const isContinued = read.reading.allReadAt !== now;
  const entries = await inSlices(
    planEntries(memory.revoked, isContinued ? state.entries : null, thisUpdate),
  );
  const content: CrlContent = {
    issuer,
    crlNumber: number,
    thisUpdate: new Date(thisUpdate),
    nextUpdate: new Date(thisUpdate + lifetime),
    // Complete: whatever address its certificates name.
    idpUrl: null,
    entries,
  };
  const unsigned = await inSlices(layOutCrl(content, state.buffers.take));
  state.entries = entries.finish(unsigned.list);
  // On disk first: what is signed is never forgotten.
  memory.commit(number, thisUpdate, merge.changes());
  const found = merge.contradictions();
  const line = describeContradictions(authority.slug, memory.path, found);
  if (line !== null) onNotice?.(line);
  const signature = await signer.sign(unsigned.tbsDer);
  const der = unsigned.finish(signer.signatureAlgorithm, signature);
  return { der, remembered: rememberedOf(memory, found), release: state.buffers.keep() };
}

/** What the CRL states that the database has to state again. */
function rememberedOf({ revoked }: CrlMemory, { lost }: Contradictions): RevokedEntry[] {
  return lost.slice(0, maxRemembered).map((slot) => {
    const { serial, reason, revokedAt, invalidityDate } = revoked.record(slot);
    return {
      serial,
      reason,
      revokedAt: new Date(revokedAt),
      invalidityDate: invalidityDate === null ? null : new Date(invalidityDate),
    };
  });
}

/**
 * Signs CRLs on the signer's own judgment: dated by its clock, numbered from its memory, and with
 * every certificate that was on one until it expired plus one CRL (RFC 5280 §3.3), whatever the
 * database says by then. The database only adds to it. Errors: `signer.crl-shard`,
 * `signer.authority-not-active`, `signer.issuer-differs`, `signer.crl-too-large`,
 * `signer.crl-memory-unreadable`, `signer.crl-memory-unwritable`, those of opening the key.
 */
export function makeCrlSigner(
  options: CrlSignerOptions,
): Pick<SignerClient, "signCrl" | "lastCrlNumber"> {
  const states = new Map<string, KeyState>();
  const serialize = makeSerializer();
  const withMemory = async <T>(
    authorityId: string,
    use: (state: KeyState, authority: AuthorityRow, signer: Signer) => Promise<T>,
  ): Promise<T> => {
    const authority = await getAuthority(options.db, authorityId);
    const signer = await options.signerOf(authority.key_id);
    const key = Buffer.from(signer.spkiDer).toString("base64");
    return serialize(key, async () => {
      const state = states.get(key) ?? openKey(options, signer);
      states.delete(key);
      const result = await use(state, authority, signer);
      // Only now: after a failure, what is on disk counts.
      states.set(key, state);
      return result;
    });
  };
  return {
    signCrl: async ({ authorityId, shard }) => {
      checkShard(shard);
      return withMemory(authorityId, (state, authority, signer) =>
        issue(options, authorityId, authority, signer, state),
      );
    },
    lastCrlNumber: (authorityId) =>
      withMemory(authorityId, async ({ memory }) => memory.last()?.number ?? null),
  };
}
