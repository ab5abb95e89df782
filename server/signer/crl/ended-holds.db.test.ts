import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { adminActor } from "@/testing/actors";
import { openCrlFixture, type CrlFixture } from "@/testing/signer/crl-fixture";

const admin = adminActor();
let fixture: CrlFixture;

beforeAll(async () => {
  fixture = await openCrlFixture();
});
afterAll(async () => {
  await fixture.close();
});
beforeEach(() => {
  fixture.notices.length = 0;
});

describe("a hold ends by an entry of the log alone", () => {
  const unhold = (id: string) =>
    fixture.force(
      "update certificate set state = 'issued', revoked_at = null, revocation_reason = null where id = $1",
      [id],
    );
  const released = (id: string, over: object = {}) => ({
    action: "certificate.released",
    outcome: "success",
    target: { kind: "certificate", id },
    ...over,
  });

  test("a released certificate leaves the CRL, once the log has numbered its release", async () => {
    const certificate = await fixture.revoked("certificateHold");
    expect(await fixture.lists(certificate)).toBe(true);
    await releaseCertificate(fixture.harness.deps, admin, certificate.id);
    expect(await fixture.lists(certificate)).toBe(true);
    expect(fixture.notices.filter((line) => line.includes(" 1 held"))).toEqual([]);
    await fixture.harness.sequence();
    expect(await fixture.lists(certificate)).toBe(false);
    fixture.restart();
    expect(await fixture.lists(certificate)).toBe(false);
  });

  test("a release that the search has not indexed yet counts too", async () => {
    const certificate = await fixture.revoked("certificateHold");
    expect(await fixture.lists(certificate)).toBe(true);
    await releaseCertificate(fixture.harness.deps, admin, certificate.id);
    await fixture.harness.deps.db.pool.query("select tlog.sequence_batch(100000)");
    expect(await fixture.lists(certificate)).toBe(false);
  });

  test("a held certificate stays on the CRL when its row says that it is not held", async () => {
    const certificate = await fixture.revoked("certificateHold");
    await fixture.sign();
    await unhold(certificate.id);
    await fixture.harness.sequence();
    expect(await fixture.statement(certificate)).toMatchObject({ reason: "certificateHold" });
    expect(fixture.notices.at(-1)).toContain(" 1 held certificates are missing there");
    await fixture.record(released(certificate.id));
  });

  test.each([
    ["of another certificate", () => released("crt_00000000000000000000000000")],
    ["that failed", (id: string) => released(id, { outcome: "failure" })],
    ["that was denied", (id: string) => released(id, { outcome: "denied" })],
    ["without a target", (id: string) => released(id, { target: null, details: { id } })],
    ["of another action", (id: string) => released(id, { action: "certificate.read" })],
    [
      "that only mentions the action",
      (id: string) => released(id, { action: "x", details: { text: "certificate.released" } }),
    ],
  ])("a held certificate stays on the CRL when the log has a release %s", async (_how, entry) => {
    const certificate = await fixture.revoked("certificateHold");
    await fixture.sign();
    await unhold(certificate.id);
    await fixture.record(entry(certificate.id));
    expect(await fixture.lists(certificate)).toBe(true);
    await fixture.record(released(certificate.id));
    expect(await fixture.lists(certificate)).toBe(false);
  });

  test("a release from before the hold does not end it", async () => {
    const certificate = await fixture.revoked("certificateHold");
    await fixture.sign();
    await releaseCertificate(fixture.harness.deps, admin, certificate.id);
    await fixture.harness.sequence();
    expect(await fixture.lists(certificate)).toBe(false);
    await revokeCertificate(fixture.harness.deps, admin, certificate.id, {
      reason: "certificateHold",
    });
    expect(await fixture.lists(certificate)).toBe(true);
    await unhold(certificate.id);
    expect(await fixture.lists(certificate)).toBe(true);
    await fixture.record(released(certificate.id));
    expect(await fixture.lists(certificate)).toBe(false);
  });

  test("a certificate held again after a release has the date of the later hold", async () => {
    const certificate = await fixture.revoked("certificateHold");
    const first = await fixture.statement(certificate);
    await releaseCertificate(fixture.harness.deps, admin, certificate.id);
    fixture.harness.advance(60_000);
    await revokeCertificate(fixture.harness.deps, admin, certificate.id, {
      reason: "certificateHold",
    });
    await fixture.harness.sequence();
    const second = await fixture.statement(certificate);
    expect(Number(second?.revokedAt)).toBeGreaterThan(Number(first?.revokedAt));
    fixture.harness.setTime(Date.now());
  });

  test("a revocation never becomes a hold that could be released", async () => {
    const certificate = await fixture.revoked("keyCompromise");
    await fixture.sign();
    await fixture.force(
      "update certificate set state = 'held', revocation_reason = 'certificateHold' where id = $1",
      [certificate.id],
    );
    expect(await fixture.statement(certificate)).toMatchObject({ reason: "keyCompromise" });
    await unhold(certificate.id);
    await fixture.record(released(certificate.id));
    expect(await fixture.lists(certificate)).toBe(true);
  });

  test("a revoked certificate whose reason says hold can't be released", async () => {
    const certificate = await fixture.revoked("superseded");
    await fixture.force(
      "update certificate set revocation_reason = 'certificateHold' where id = $1",
      [certificate.id],
    );
    expect(await fixture.statement(certificate)).toMatchObject({ reason: "unspecified" });
    await unhold(certificate.id);
    await fixture.record(released(certificate.id));
    expect(await fixture.lists(certificate)).toBe(true);
  });

  test("a hold becomes a revocation, and is never released afterwards", async () => {
    const certificate = await fixture.revoked("certificateHold");
    await fixture.sign();
    await revokeCertificate(fixture.harness.deps, admin, certificate.id, { reason: "superseded" });
    expect(await fixture.statement(certificate)).toMatchObject({ reason: "superseded" });
    await unhold(certificate.id);
    await fixture.record(released(certificate.id));
    expect(await fixture.statement(certificate)).toMatchObject({ reason: "superseded" });
  });
});
