import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getAuthority } from "@/lib/authorities/get-authority";
import { issueCertificate } from "@/lib/certificates/issue-certificate";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { basicConstraintsExtension } from "@/lib/pki/extensions";
import { encodeTbs, readTbs } from "@/lib/pki/tbs";
import { readCertificate } from "@/lib/pki/certificate";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import { makeSigner } from "./make-signer";
import { makeTestHouse, makeTestIdentity, testActor } from "./testing/make-test-house";
import type { TestHouse } from "./testing/make-test-house";
import { makeCsr, refusalOf } from "./testing/requests";

// The application's role may insert rows and entries; these tests do worse, as superuser, and the signer still has to see it.
let house: TestHouse,
  deps: Deps,
  own: Deps["signer"],
  holding: string[] | null = null;

beforeAll(async () => {
  house = await makeTestHouse({
    signer: (signer) => {
      own = signer;
      return {
        ...signer,
        signCertificate: async (id) => {
          if (!holding) return signer.signCertificate(id);
          holding.push(id);
          throw new AppError("held.back", "held back by the test", { kind: "unavailable" });
        },
      };
    },
  });
  ({ deps } = house);
});
afterAll(async () => {
  await house.close();
});

/** Runs SQL with every guard switched off, as somebody who owns the database could. */
async function force(sql: string, values: readonly unknown[] = []): Promise<void> {
  await house.asSuper("set session_replication_role = replica");
  for (const place of ["certificate", "public_key"])
    await house.asSuper(`alter table ${place} disable trigger all`);
  await house.asSuper("alter table tlog.inbox disable trigger all");
  await house.asSuper("alter table tlog.entry_p000000 disable trigger all");
  await house.asSuper(sql, values);
  for (const place of ["certificate", "public_key", "tlog.inbox", "tlog.entry_p000000"])
    await house.asSuper(`alter table ${place} enable trigger all`);
  await house.asSuper("set session_replication_role = origin");
}

/** A recorded plan that waits for its signature. */
async function plan(): Promise<string> {
  holding = [];
  const [identity, csr] = [await makeTestIdentity(deps), await makeCsr()];
  await refusalOf(issueCertificate(deps, testActor(), { profile: "tls-server", identity, csr }));
  const [id = ""] = holding;
  holding = null;
  await force("update certificate set state = 'planned' where id = $1", [id]);
  return id;
}
const refuses = async (id: string): Promise<string> =>
  (await refusalOf(own.signCertificate(id))).code;

async function replaceTbs(id: string, tbs: Uint8Array, alsoEntry: boolean): Promise<void> {
  const hash = createHash("sha256").update(tbs).digest("hex");
  const [row] = await house.asSuper(
    "select plan_entry_id as entry, encode(sha256(tbs_der), 'hex') as hash from certificate where id = $1",
    [id],
  );
  await force("update certificate set tbs_der = $2 where id = $1", [id, Buffer.from(tbs)]);
  if (!alsoEntry) return;
  await house.deps.db.pool.query("select tlog.sequence_batch(100000)");
  await force(
    "update tlog.entry set entry = convert_to(replace(convert_from(entry, 'UTF8'), $2, $3), 'UTF8') where entry_id = $1",
    [row?.["entry"], row?.["hash"], hash],
  );
}

async function tbsOf(id: string): Promise<Uint8Array> {
  return (await house.asSuper("select tbs_der from certificate where id = $1", [id]))[0]?.[
    "tbs_der"
  ] as Buffer;
}

describe("the signer signs", () => {
  it("a committed and recorded plan, exactly its bytes", async () => {
    const id = await plan(),
      der = await own.signCertificate(id);
    expect(Buffer.from(readCertificate(der).tbsDer).equals(await tbsOf(id))).toBe(true);
  });

  it("many at once, each its own", async () => {
    const ids = [await plan(), await plan(), await plan()];
    const serials = (await Promise.all(ids.map((id) => own.signCertificate(id)))).map((der) =>
      Buffer.from(readCertificate(der).serial).toString("hex"),
    );
    const rows = await house.asSuper(
      "select encode(serial, 'hex') as serial from certificate where id = any($1)",
      [ids],
    );
    expect(serials.toSorted()).toEqual(rows.map((row) => String(row["serial"])).toSorted());
  });

  it("the good ones of a batch in which one is refused", async () => {
    const [good, bad] = [await plan(), "crt_00000000000000000000000000"];
    const outcomes = await Promise.allSettled([
      own.signCertificate(good),
      own.signCertificate(bad),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected"]);
  });
});

describe("the signer refuses", () => {
  it("an unknown id", async () => {
    expect(await refuses("crt_00000000000000000000000000")).toBe("signer.no-plan");
  });

  it.each(["issued", "failed", "revoked", "held"])("a certificate that is %s", async (state) => {
    const id = await plan();
    await force(
      "update certificate set state = $2, der = tbs_der, issued_at = now(), fingerprint_sha256 = sha256(convert_to(id, 'UTF8')), revoked_at = case when $2 in ('revoked', 'held') then now() end where id = $1",
      [id, state],
    );
    expect(await refuses(id)).toBe("signer.no-plan");
  });

  it("a plan without an entry", async () => {
    const id = await plan();
    await force(
      "update certificate set plan_entry_id = 'ent_00000000000000000000000000' where id = $1",
      [id],
    );
    expect(await refuses(id)).toBe("signer.no-record");
  });

  it("a plan whose entry records another act, or another certificate", async () => {
    const [one, other] = [await plan(), await plan()];
    await force(
      "update certificate set plan_entry_id = (select plan_entry_id from certificate where id = $2) where id = $1",
      [one, other],
    );
    expect(await refuses(one)).toBe("signer.no-record");
    await deps.db.pool.query("select tlog.sequence_batch(100000)");
    const [failed] = await house.asSuper(
      "select entry_id as id from tlog.entry where convert_from(entry, 'UTF8')::jsonb #>> '{target,id}' = $1 and convert_from(entry, 'UTF8')::jsonb ->> 'action' = 'certificate.failed'",
      [other],
    );
    await force("update certificate set plan_entry_id = $2 where id = $1", [other, failed?.["id"]]);
    expect(await refuses(other)).toBe("signer.no-record");
  });

  it("bytes that differ from the recorded ones in one bit", async () => {
    const id = await plan(),
      tbs = Buffer.from(await tbsOf(id));
    tbs.writeUInt8(tbs.readUInt8(tbs.length - 1) ^ 1, tbs.length - 1);
    await replaceTbs(id, tbs, false);
    expect(await refuses(id)).toBe("signer.plan-differs");
  });

  it("another issuer, serial, key, algorithm, or an authority in a leaf's profile, even if an entry was forged to match", async () => {
    const root = readCertificate(
      Buffer.from(
        (await getAuthority(deps, testActor(), "root")).certificatePem?.replace(
          /-----[^-]+-----|\s/g,
          "",
        ) ?? "",
        "base64",
      ),
    );
    const wrong: ((parts: ReturnType<typeof partsOf>) => Partial<ReturnType<typeof partsOf>>)[] = [
      () => ({ issuerDer: root.subjectDer }),
      () => ({ serial: Uint8Array.of(1, ...randomBytes(15)) }),
      () => ({ spkiDer: root.spkiDer }),
      () => ({ algorithmDer: encodeSignatureAlgorithm("ecdsa-sha384") }),
      () => ({ extensions: [basicConstraintsExtension(true, null)] }),
    ];
    for (const change of wrong) {
      const id = await plan(),
        parts = partsOf(await tbsOf(id));
      await replaceTbs(id, encodeTbs({ ...parts, ...change(parts) }), true);
      expect(await refuses(id)).toBe("signer.plan-differs");
    }
  });

  it("for an authority that is not active", async () => {
    const id = await plan();
    await house.asSuper("alter table authority disable trigger all");
    await house.asSuper("update authority set status = 'retired' where slug = 'issuing'");
    expect(await refuses(id)).toBe("signer.authority-not-active");
    await house.asSuper("update authority set status = 'active' where slug = 'issuing'");
    await house.asSuper("alter table authority enable trigger all");
  });

  it("to open keys under another KEK", async () => {
    const id = await plan(),
      stranger = makeSigner({
        db: deps.db,
        kek: randomBytes(32),
        random: deps.random,
        publicUrl: deps.publicUrl,
        witnessDir: house.witnessDir,
      });
    expect(await refusalOf(stranger.signCertificate(id))).toMatchObject({
      code: "signer.key-sealed",
    });
    await expect(stranger.ping()).rejects.toThrow(/another KEK/);
  });

  it("a CRL that lives longer than ten days, or ends before it begins", async () => {
    const { id } = await getAuthority(deps, testActor(), "issuing"),
      thisUpdate = new Date("2026-11-23T00:00:00Z");
    const ask = (nextUpdate: string) =>
      own.signCrl({
        authorityId: id,
        shard: "",
        number: 1n,
        thisUpdate,
        nextUpdate: new Date(nextUpdate),
      });
    expect((await refusalOf(ask("2026-12-04T00:00:00Z"))).code).toBe("signer.crl-times");
    expect((await refusalOf(ask("2026-11-22T00:00:00Z"))).code).toBe("signer.crl-times");
  });
});

function partsOf(tbs: Uint8Array) {
  const { serial, algorithmDer, issuerDer, subjectDer, spkiDer } = readTbs(tbs);
  return {
    serial,
    algorithmDer,
    issuerDer,
    subjectDer,
    spkiDer,
    notBefore: new Date("2026-11-23T00:00:00Z"),
    notAfter: new Date("2027-01-01T00:00:00Z"),
    extensions: [] as readonly Uint8Array[],
  };
}
