import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { revokeRemembered } from "@/lib/certificates/revoke-remembered";
import type { CertificateDto, RevokeInput } from "@/lib/certificates/schema";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import type { EntryRecord } from "@/lib/log/types";
import { readCrl, type Crl } from "@/lib/pki/crl-reader";
import type { Deps } from "@/lib/runtime/deps";
import { readAuthorityIndex } from "@/lib/status/authority-index";
import { getStatus } from "@/lib/status/read-status";
import { makeAuthorityState } from "@/server/status/authority-state";
import { makeCrlStore } from "@/server/status/crl-store";
import { makeStatusService } from "@/server/status/status-service";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import { backUpDatabase, type Restored } from "@/testing/database/restore-database";
import type { Harness } from "@/testing/harness";
import { until } from "@/testing/log/publish/pipeline-fixture";
import { startCrlPublisher } from "./crl-publisher";

// A database that is restored from an older backup, next to the signer's folder, which is not.
const admin = adminActor();
let harness: Harness;
let restored: Restored;
const certificates: Record<string, CertificateDto> = {};
let authorityId = "";
let before: Crl;

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const issue = async (deps: Deps): Promise<CertificateDto> => {
  const [identity, csr] = [await createTestIdentity(deps), await makeCsr()];
  return (await issueCertificate(deps, admin, { profile: "tls-server", identity, csr })).result;
};
const of = (name: string): CertificateDto => {
  const certificate = certificates[name];
  if (!certificate) throw new Error(`no certificate ${name}`);
  return certificate;
};
const revoke = (deps: Deps, name: string, reason: RevokeInput["reason"]) =>
  revokeCertificate(deps, admin, of(name).id, { reason });
const isOn = (crl: Crl, name: string) => crl.has(Buffer.from(of(name).serial, "hex"));
const statusOf = async (name: string) =>
  (
    await getStatus(restored.deps, {
      authority: of(name).authority.slug,
      serial: of(name).serial,
    })
  ).status;

beforeAll(async () => {
  harness = await createTestCa();
  const { deps } = harness;
  for (const name of ["early", "lost", "stolen", "raised", "held", "released", "valid"])
    certificates[name] = await issue(deps);
  authorityId = of("early").authority.id;
  await revoke(deps, "early", "superseded");
  await revoke(deps, "raised", "superseded");
  await publishCrl(deps, authorityId);
  const backup = await backUpDatabase(harness);
  certificates["late"] = await issue(deps);
  await revoke(deps, "lost", "cessationOfOperation");
  await revoke(deps, "stolen", "keyCompromise");
  await revoke(deps, "raised", "keyCompromise");
  await revoke(deps, "held", "certificateHold");
  await revoke(deps, "released", "certificateHold");
  await revoke(deps, "late", "superseded");
  await publishCrl(deps, authorityId);
  await releaseCertificate(deps, admin, of("released").id);
  await harness.sequence();
  before = readCrl((await publishCrl(deps, authorityId)).der);
  restored = await backup.restore();
});
afterAll(async () => {
  await restored.close();
  await harness.close();
});

describe("after the database was restored from an older backup", () => {
  test("a gateway that starts revokes again what only the signer remembers, with its dates and reasons", async () => {
    expect(await statusOf("lost")).toBe("valid");
    const warnings: string[] = [];
    const log = { ...silent, warn: (text: string) => void warnings.push(text) };
    const store = makeCrlStore(restored.deps);
    await store.reload(null);
    const index = await readAuthorityIndex(restored.deps);
    const publisher = startCrlPublisher(restored.deps, () => index, store, log);
    publisher.lead(true);
    await until(async () => (await statusOf("lost")) === "revoked");
    await publisher.job.stop();
    expect(warnings).toEqual([
      expect.stringContaining(
        "had lost 5 revocations that the signer remembers; 4 were made again, 1 are of certificates that the database no longer has",
      ),
    ]);
    for (const name of ["lost", "stolen", "raised", "early"])
      expect(await statusOf(name)).toBe("revoked");
    expect(await statusOf("held")).toBe("held");
    for (const name of ["released", "valid"]) expect(await statusOf(name)).toBe("valid");
    const stated = new Map(
      [...before.entries()].map((entry) => [Buffer.from(entry.serial).toString("hex"), entry]),
    );
    for (const name of ["lost", "stolen", "held", "raised"]) {
      const [row] = await restored.query(
        "select revoked_at, revocation_reason as reason from certificate where id = $1",
        [of(name).id],
      );
      const entry = stated.get(of(name).serial);
      expect(row?.["reason"]).toBe(entry?.reason);
      expect(Math.floor(Number(row?.["revoked_at"]) / 1000) * 1000).toBe(Number(entry?.revokedAt));
    }
  });

  test("its CRL lists all that the last one listed, the certificate that the database lost too", async () => {
    const { der, number, remembered } = await publishCrl(restored.deps, authorityId);
    const crl = readCrl(der);
    for (const entry of before.entries()) expect(crl.has(entry.serial)).toBe(true);
    expect(isOn(crl, "late")).toBe(true);
    expect(isOn(crl, "released")).toBe(false);
    expect(number).toBeGreaterThan(before.crlNumber);
    expect(remembered.map(({ serial }) => Buffer.from(serial).toString("hex"))).toEqual([
      of("late").serial,
    ]);
  });

  test("OCSP says what the CRL says of a certificate that the database lost, and nothing of one that never was", async () => {
    const authorities = makeAuthorityState(restored.deps);
    const service = makeStatusService({
      deps: restored.deps,
      authorities,
      draining: () => false,
      isLocal: () => true,
      log: silent,
    });
    const read = (serial: string) => service.statuses.get(authorityId, Buffer.from(serial, "hex"));
    expect((await read(of("late").serial)).status).toEqual({ state: "unknown" });
    await service.crls.reload(null);
    expect((await read(of("late").serial)).status).toMatchObject({
      state: "revoked",
      reason: "superseded",
    });
    expect((await read("01".repeat(16))).status).toEqual({ state: "unknown" });
  });

  test("each is an entry that says that the signer remembered it, and log and tables agree", async () => {
    await restored.query("select tlog.sequence_batch(100000)");
    const rows = await restored.query(
      `select convert_from(entry, 'UTF8')::jsonb as entry from tlog.entry
        where convert_from(entry, 'UTF8')::jsonb #>> '{details,remembered}' = 'true' order by seq`,
    );
    const entries = rows.map(({ entry }) => entry as EntryRecord);
    expect(entries.map(({ action, target }) => `${action} ${target?.id ?? ""}`).toSorted()).toEqual(
      [
        `certificate.held ${of("held").id}`,
        ...["lost", "raised", "stolen"].map((name) => `certificate.revoked ${of(name).id}`),
      ].toSorted(),
    );
    for (const { actor } of entries) expect(actor).toMatchObject({ kind: "system", id: "crl" });
    expect((await reconcile(restored.deps)).problems).toEqual([]);
  });

  test("the key of a compromised certificate is blocked again", async () => {
    const [row] = await restored.query(
      "select blocked from public_key join certificate using (spki_sha256) where id = $1",
      [of("stolen").id],
    );
    expect(row).toEqual({ blocked: true });
  });

  test("doing it again changes nothing and writes no entry", async () => {
    const count = async () =>
      (await restored.query("select (select count(*) from tlog.inbox) as waiting"))[0]?.["waiting"];
    const was = await count();
    const remembered = [...before.entries()];
    expect(await revokeRemembered(restored.deps, authorityId, remembered)).toEqual({
      restored: 0,
      unknown: 1,
    });
    expect(await count()).toBe(was);
  });

  test("a hold that was made again ends with a release, although the log is shorter than when it was made", async () => {
    await releaseCertificate(restored.deps, admin, of("held").id);
    await restored.query("select tlog.sequence_batch(100000)");
    const crl = readCrl((await publishCrl(restored.deps, authorityId)).der);
    expect(isOn(crl, "held")).toBe(false);
    expect(await statusOf("held")).toBe("valid");
  });
});
