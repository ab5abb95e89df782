import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { AppError } from "@/lib/errors/app-error";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import { readCertificate } from "@/lib/pki/certificate";
import { basicConstraintsExtension, encodeExtension } from "@/lib/pki/extensions";
import { encodeTbs, readTbs } from "@/lib/pki/tbs";
import { readTbsFacts } from "@/lib/pki/tbs-facts";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import { makeSigner } from "./make-signer";

// The application's role may insert rows and entries; these tests do worse, as superuser, and the
// signer still has to see it.
let harness: Harness,
  deps: Deps,
  own: Deps["signer"],
  holding: string[] | null = null;

beforeAll(async () => {
  harness = await createTestCa({
    signer: (signer) => {
      own = signer;
      return {
        ...signer,
        signCertificate: async (id) => {
          if (!holding) return signer.signCertificate(id);
          holding.push(id);
          throw new AppError("signer.unavailable", "held back by the test");
        },
      };
    },
  });
  ({ deps } = harness);
});
afterAll(async () => {
  await harness.close();
});

/** Runs SQL with every guard switched off, as the owner of the database could. */
async function force(sql: string, values: readonly unknown[] = []): Promise<void> {
  await harness.asSuper("set session_replication_role = replica");
  for (const place of ["certificate", "public_key"])
    await harness.asSuper(`alter table ${place} disable trigger all`);
  await harness.asSuper("alter table tlog.inbox disable trigger all");
  await harness.asSuper("alter table tlog.entry_p000000 disable trigger all");
  await harness.asSuper(sql, values);
  for (const place of ["certificate", "public_key", "tlog.inbox", "tlog.entry_p000000"])
    await harness.asSuper(`alter table ${place} enable trigger all`);
  await harness.asSuper("set session_replication_role = origin");
}

/** A recorded plan that waits for its signature. */
async function plan(): Promise<string> {
  holding = [];
  const [identity, csr] = [await createTestIdentity(deps), await makeCsr()];
  await refusalOf(issueCertificate(deps, adminActor(), { profile: "tls-server", identity, csr }));
  const [id = ""] = holding;
  holding = null;
  await force(
    "update certificate set state = 'planned', revoked_at = null, revocation_reason = null, revocation_comment = null where id = $1",
    [id],
  );
  return id;
}
const refuses = async (id: string): Promise<string> =>
  (await refusalOf(own.signCertificate(id))).code;

async function replaceTbs(id: string, tbs: Uint8Array, alsoEntry: boolean): Promise<void> {
  const hash = createHash("sha256").update(tbs).digest("hex");
  const [row] = await harness.asSuper(
    "select plan_entry_id as entry, encode(sha256(tbs_der), 'hex') as hash from certificate where id = $1",
    [id],
  );
  await force("update certificate set tbs_der = $2 where id = $1", [id, Buffer.from(tbs)]);
  if (!alsoEntry) return;
  await harness.deps.db.pool.query("select tlog.sequence_batch(100000)");
  await force(
    "update tlog.entry set entry = convert_to(replace(convert_from(entry, 'UTF8'), $2, $3), 'UTF8') where entry_id = $1",
    [row?.["entry"], row?.["hash"], hash],
  );
}

async function tbsOf(id: string): Promise<Uint8Array> {
  return (await harness.asSuper("select tbs_der from certificate where id = $1", [id]))[0]?.[
    "tbs_der"
  ] as Buffer;
}

describe("the signer signs", () => {
  test("the signer signs exactly the bytes of a committed and recorded plan", async () => {
    const id = await plan(),
      der = await own.signCertificate(id);
    expect(Buffer.from(readCertificate(der).tbsDer).equals(await tbsOf(id))).toBe(true);
  });

  test("the signer signs concurrent requests, each with its own plan", async () => {
    const ids = [await plan(), await plan(), await plan()];
    const serials = (await Promise.all(ids.map((id) => own.signCertificate(id)))).map((der) =>
      Buffer.from(readCertificate(der).serial).toString("hex"),
    );
    const rows = await harness.asSuper(
      "select encode(serial, 'hex') as serial from certificate where id = any($1)",
      [ids],
    );
    expect(serials.toSorted()).toEqual(rows.map((row) => String(row["serial"])).toSorted());
  });

  test("the signer signs the valid requests of a batch in which one is refused", async () => {
    const [good, bad] = [await plan(), "crt_00000000000000000000000000"];
    const outcomes = await Promise.allSettled([
      own.signCertificate(good),
      own.signCertificate(bad),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected"]);
  });
});

describe("the signer refuses", () => {
  test("the signer refuses an unknown certificate id", async () => {
    expect(await refuses("crt_00000000000000000000000000")).toBe("signer.no-plan");
  });

  test.each(["issued", "failed", "revoked", "held"])(
    "the signer refuses a certificate that is already %s",
    async (state) => {
      const id = await plan();
      await force(
        "update certificate set state = $2, der = tbs_der, issued_at = now(), fingerprint_sha256 = sha256(convert_to(id, 'UTF8')), revoked_at = case when $2 in ('revoked', 'held') then now() end where id = $1",
        [id, state],
      );
      expect(await refuses(id)).toBe("signer.no-plan");
    },
  );

  test("the signer refuses a plan without an entry", async () => {
    const id = await plan();
    await force(
      "update certificate set plan_entry_id = 'ent_00000000000000000000000000' where id = $1",
      [id],
    );
    expect(await refuses(id)).toBe("signer.no-record");
  });

  test("the signer refuses a plan whose entry has another ID in its bytes than in its row", async () => {
    const id = await plan();
    const stored = "ent_00000000000000000000000001";
    await harness.asSuper(
      `insert into tlog.inbox (entry, entry_id, target_id)
        select convert_to(replace(convert_from(e.entry, 'UTF8'), '"details":{', '"details":{"id":"${stored}",'), 'UTF8'), '${stored}', c.id
        from certificate c, tlog.find_entries(array[c.plan_entry_id]) e where c.id = $1`,
      [id],
    );
    await force("update certificate set plan_entry_id = $2 where id = $1", [id, stored]);
    expect(await refuses(id)).toBe("signer.no-record");
  });

  test("the signer refuses a plan whose entry records another action or another certificate", async () => {
    const [one, other] = [await plan(), await plan()];
    await force(
      "update certificate set plan_entry_id = (select plan_entry_id from certificate where id = $2) where id = $1",
      [one, other],
    );
    expect(await refuses(one)).toBe("signer.no-record");
    await deps.db.pool.query("select tlog.sequence_batch(100000)");
    const [revoked] = await harness.asSuper(
      "select entry_id as id from tlog.entry where convert_from(entry, 'UTF8')::jsonb #>> '{target,id}' = $1 and convert_from(entry, 'UTF8')::jsonb ->> 'action' = 'certificate.revoked'",
      [other],
    );
    await force("update certificate set plan_entry_id = $2 where id = $1", [
      other,
      revoked?.["id"],
    ]);
    expect(await refuses(other)).toBe("signer.no-record");
  });

  test("the signer refuses bytes that differ from the recorded ones in one bit", async () => {
    const id = await plan(),
      tbs = Buffer.from(await tbsOf(id));
    tbs.writeUInt8(tbs.readUInt8(tbs.length - 1) ^ 1, tbs.length - 1);
    await replaceTbs(id, tbs, false);
    expect(await refuses(id)).toBe("signer.plan-differs");
  });

  test("the signer refuses another issuer, serial, key or algorithm, or a CA in a leaf's profile, even with a matching forged entry", async () => {
    const root = readCertificate(
      Buffer.from(
        (await getAuthority(deps, adminActor(), "root")).certificatePem?.replace(
          /-----[^-]+-----|\s/g,
          "",
        ) ?? "",
        "base64",
      ),
    );
    const wrong: readonly (readonly [
      string,
      (parts: ReturnType<typeof partsOf>) => Partial<ReturnType<typeof partsOf>>,
    ])[] = [
      ["signer.lint", () => ({ issuerDer: root.subjectDer })],
      ["signer.plan-differs", () => ({ serial: Uint8Array.of(1, ...randomBytes(15)) })],
      ["signer.plan-differs", () => ({ spkiDer: root.spkiDer })],
      ["signer.plan-differs", () => ({ algorithmDer: encodeSignatureAlgorithm("ecdsa-sha384") })],
      ["signer.profile", () => ({ extensions: [basicConstraintsExtension(true, null)] })],
    ];
    for (const [code, change] of wrong) {
      const id = await plan(),
        parts = partsOf(await tbsOf(id));
      await replaceTbs(id, encodeTbs({ ...parts, ...change(parts) }), true);
      expect(await refuses(id)).toBe(code);
    }
  });

  test("the signer refuses to sign for a CA that is not active", async () => {
    const id = await plan();
    await harness.asSuper("alter table authority disable trigger all");
    await harness.asSuper("update authority set status = 'retired' where slug = 'issuing'");
    expect(await refuses(id)).toBe("signer.authority-not-active");
    await harness.asSuper("update authority set status = 'active' where slug = 'issuing'");
    await harness.asSuper("alter table authority enable trigger all");
  });

  test("the signer refuses keys sealed under another KEK", async () => {
    const id = await plan(),
      stranger = makeSigner({
        db: harness.signerDb,
        kek: randomBytes(32),
        random: deps.random,
        clock: deps.clock,
        publicUrl: deps.publicUrl,
        witnessDir: harness.witnessDir,
      });
    expect(await refusalOf(stranger.signCertificate(id))).toMatchObject({
      code: "signer.key-sealed",
    });
    await expect(stranger.ping()).rejects.toThrow(/another KEK/);
  });
});

function partsOf(tbs: Uint8Array) {
  const { serial, algorithmDer, issuerDer, subjectDer, spkiDer, extensions } = readTbs(tbs);
  return {
    serial,
    algorithmDer,
    issuerDer,
    subjectDer,
    spkiDer,
    ...readTbsFacts(readTbs(tbs)).validity,
    extensions: (extensions ?? []).map(({ oid, critical, value }) =>
      encodeExtension(oid, critical, value),
    ) as readonly Uint8Array[],
  };
}
