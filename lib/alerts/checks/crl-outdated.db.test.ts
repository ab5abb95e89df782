import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Checks, makeUrgentChecks } from "@/lib/alerts/run-checks";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { adminActor } from "@/testing/actors";
import { type CrlFixture, openCrlFixture } from "@/testing/signer/crl-fixture";

let fixture: CrlFixture;
let checks: Checks;
beforeAll(async () => {
  fixture = await openCrlFixture();
  for (const id of [fixture.issuingId, fixture.rootId]) await publishCrl(fixture.harness.deps, id);
  checks = makeUrgentChecks(fixture.harness.deps);
});
afterAll(() => fixture.close());

const nothing = { opened: 0, closed: 0 };
/** Lets this many seconds pass while nobody publishes. */
async function pass(seconds: number): Promise<void> {
  await fixture.harness.sequence();
  fixture.harness.advance(seconds * 1_000);
}
const publish = () => publishCrl(fixture.harness.deps, fixture.issuingId);
const openAlerts = () =>
  fixture.harness.asSuper(
    "select rule, severity, subject_id from alert where status = 'open' order by id",
  );

test("a CRL may be without revocations for as long as nothing is revoked", async () => {
  await fixture.issue();
  await pass(600);
  expect(await checks.run()).toEqual(nothing);
});

test("a revocation that the CRL of its CA still lacks eight seconds later opens one critical alert, and the next CRL resolves it", async () => {
  await fixture.revoked();
  await pass(5);
  expect(await checks.run()).toEqual(nothing);
  await pass(4);
  expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
  await pass(60);
  expect(await checks.run()).toEqual(nothing);
  expect(await openAlerts()).toEqual([
    { rule: "crl-outdated", severity: "critical", subject_id: fixture.issuingId },
  ]);
  await publish();
  expect(await checks.run()).toEqual({ opened: 0, closed: 1 });
});

test("so does a hold, and a release", async () => {
  await pass(3);
  const held = await fixture.revoked("certificateHold");
  await pass(9);
  expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
  await publish();
  expect(await checks.run()).toEqual({ opened: 0, closed: 1 });
  await pass(9);
  await releaseCertificate(fixture.harness.deps, adminActor(), held.id, {});
  await pass(9);
  expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
  await publish();
  expect(await checks.run()).toEqual({ opened: 0, closed: 1 });
});

test("a revocation that the next CRL has in time opens nothing", async () => {
  await pass(3);
  await fixture.revoked();
  await pass(3);
  await publish();
  await pass(30);
  expect(await checks.run()).toEqual(nothing);
});

describe("a change in the second of the CRL, after it, is found by what the CRL lists", () => {
  /** A CRL, and a change this many milliseconds later that no CRL follows. */
  async function changeAfterCrl(ms: number, change: () => Promise<unknown>) {
    await pass(30);
    await publish();
    fixture.harness.advance(ms);
    await change();
    await pass(9);
    const missed = await checks.run();
    await publish();
    return { opened: missed.opened, closed: (await checks.run()).closed };
  }
  const once = { opened: 1, closed: 1 };

  test.each([1, 400, 1_000, 1_999, 2_001])("a revocation %i ms later", async (ms) => {
    const { id } = await fixture.issue();
    const revoke = () =>
      revokeCertificate(fixture.harness.deps, adminActor(), id, { reason: "superseded" });
    expect(await changeAfterCrl(ms, revoke)).toEqual(once);
  });

  test("a release, of what the CRL lists", async () => {
    const { id } = await fixture.revoked("certificateHold");
    const release = () => releaseCertificate(fixture.harness.deps, adminActor(), id, {});
    expect(await changeAfterCrl(1, release)).toEqual(once);
  });

  test("a reason that was raised", async () => {
    const { id } = await fixture.revoked();
    const raise = () =>
      revokeCertificate(fixture.harness.deps, adminActor(), id, { reason: "keyCompromise" });
    expect(await changeAfterCrl(1, raise)).toEqual(once);
  });

  test("the change that one CRL lacks is found among those that it lists", async () => {
    const { id } = await fixture.issue();
    await pass(30);
    for (let n = 0; n < 3; n += 1) await fixture.revoked();
    await publish();
    fixture.harness.advance(1);
    await revokeCertificate(fixture.harness.deps, adminActor(), id, { reason: "superseded" });
    await pass(9);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    await publish();
    expect(await checks.run()).toEqual({ opened: 0, closed: 1 });
  });
});

test("what was recorded by a clock that is ahead of the signer's, and is on the CRL, opens nothing", async () => {
  await pass(30);
  await fixture.revoked();
  await fixture.harness.sequence();
  // The clock that dates CRLs is five seconds behind the one that dated the revocation.
  fixture.harness.advance(-5_000);
  await publish();
  await pass(30);
  expect(await checks.run()).toEqual(nothing);
});

test("a hold that the CRL lists and that is released again opens nothing until the release is late", async () => {
  await pass(30);
  const { id } = await fixture.revoked("certificateHold");
  await publish();
  await pass(20);
  await releaseCertificate(fixture.harness.deps, adminActor(), id, {});
  await pass(1);
  expect(await checks.run()).toEqual(nothing);
  await publish();
  await pass(30);
  expect(await checks.run()).toEqual(nothing);
});
