import { afterAll, beforeAll, expect, test } from "vitest";
import { type Checks, makeUrgentChecks } from "@/lib/alerts/run-checks";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
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
