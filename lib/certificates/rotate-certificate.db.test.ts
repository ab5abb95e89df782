import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { runDueSupersessions } from "@/lib/issuing/run-due-supersessions";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, makeSuccessorCsr, refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { makeTestKey } from "@/testing/pki/authorities";
import { getCertificate } from "./get-certificate";
import { revokeCertificate } from "./revoke-certificate";
import type { CertificateDto, RevokeInput } from "./schema";

let harness: Harness;
let deps: Deps;
const admin = adminActor();
const day = 86_400_000;

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
});
afterAll(async () => {
  await harness.close();
});

async function issue(profile = "tls-server"): Promise<CertificateDto> {
  const input = { profile, identity: await createTestIdentity(deps), csr: await makeCsr() };
  return (await issueCertificate(deps, admin, input)).result;
}
const revoke = (
  id: string,
  reason: RevokeInput["reason"] = "superseded",
  more: Partial<RevokeInput> = {},
) => revokeCertificate(deps, admin, id, { reason, ...more });
const actionsOf = async (id: string) =>
  (await harness.entriesOf(id)).map((entry) => entry.action).slice(2);

describe("rotating", () => {
  test("now: a successor with a new key, linked both ways, the predecessor superseded in the same transaction", async () => {
    const old = await issue();
    const successor = await rotateCertificate(deps, admin, old.id, {
      csr: await makeSuccessorCsr(old),
      overlapSeconds: 0,
    });
    expect(successor.result).toMatchObject({
      status: "valid",
      predecessorId: old.id,
      identity: old.identity,
      profile: old.profile,
    });
    expect(await getCertificate(deps, admin, old.id)).toMatchObject({
      status: "revoked",
      successorId: successor.result.id,
      revocation: { reason: "superseded" },
    });
    expect(await actionsOf(old.id)).toEqual(["certificate.rotated", "certificate.revoked"]);
    expect((await harness.entriesOf(successor.result.id)).map((entry) => entry.action)).toEqual([
      "certificate.planned",
      "certificate.issued",
    ]);
  });

  test("with an overlap: the job revokes when it is over, and not before", async () => {
    const old = await issue();
    await rotateCertificate(deps, admin, old.id, {
      csr: await makeSuccessorCsr(old),
      overlapSeconds: 3600,
    });
    await runDueSupersessions(deps);
    expect(await getCertificate(deps, admin, old.id)).toMatchObject({ status: "valid" });
    harness.advance(3_601_000);
    await runDueSupersessions(deps);
    expect(await getCertificate(deps, admin, old.id)).toMatchObject({
      status: "revoked",
      revocation: { reason: "superseded" },
    });
    expect(await actionsOf(old.id)).toEqual(["certificate.rotated", "certificate.revoked"]);
    expect(await runDueSupersessions(deps)).toEqual({ superseded: 0 });
  });

  test("takes the profile's overlap if none is asked for", async () => {
    const old = await issue();
    await rotateCertificate(deps, admin, old.id, { csr: await makeSuccessorCsr(old) });
    const { supersedeAt } = await getCertificate(deps, admin, old.id);
    expect(
      Math.round((new Date(supersedeAt ?? 0).getTime() - deps.clock.now().getTime()) / 3_600_000),
    ).toBe(24);
  });

  test("rotating refuses the same key and a key that had a certificate before, and records the reason", async () => {
    const key = makeTestKey("ecdsa-p256");
    const identity = await createTestIdentity(deps);
    const csr = await makeCsr(["r.example.com"], key);
    const old = await issueCertificate(deps, admin, { profile: "tls-server", identity, csr });
    expect(
      (await refusalOf(rotateCertificate(deps, admin, old.result.id, { csr }))).findings.map(
        (finding) => finding.code,
      ),
    ).toEqual(["key.not-new"]);
    const next = await rotateCertificate(deps, admin, old.result.id, {
      csr: await makeSuccessorCsr(old.result),
    });
    expect(
      (await refusalOf(rotateCertificate(deps, admin, next.result.id, { csr }))).findings.map(
        (finding) => finding.code,
      ),
    ).toEqual(["key.not-new"]);
    expect((await harness.entriesOf(identity)).map((entry) => entry.action)).toEqual([
      "identity.created",
      "identity.names-added",
      "certificate.refused",
      "certificate.refused",
    ]);
  });

  test("refuses a second successor, one after the other and at the same time", async () => {
    const old = await issue();
    const csrs = await Promise.all(Array.from({ length: 5 }, () => makeSuccessorCsr(old)));
    const outcomes = await Promise.allSettled(
      csrs.map((csr) => rotateCertificate(deps, admin, old.id, { csr })),
    );
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(
      (
        await refusalOf(
          rotateCertificate(deps, admin, old.id, { csr: await makeSuccessorCsr(old) }),
        )
      ).findings.map((finding) => finding.code),
    ).toContain("certificate.has-successor");
  });

  test("refuses a held and a revoked one; links an expired one and leaves it expired", async () => {
    const held = await issue();
    const revoked = await issue();
    const short = await issue("short-lived");
    await revoke(held.id, "certificateHold");
    await revoke(revoked.id);
    for (const one of [held, revoked]) {
      expect(
        (
          await refusalOf(
            rotateCertificate(deps, admin, one.id, { csr: await makeSuccessorCsr(one) }),
          )
        ).findings.map((finding) => finding.code),
      ).toEqual(["certificate.state"]);
    }
    harness.advance(2 * day);
    const successor = await rotateCertificate(deps, admin, short.id, {
      csr: await makeSuccessorCsr(short),
      overlapSeconds: 0,
    });
    expect(await getCertificate(deps, admin, short.id)).toMatchObject({
      status: "expired",
      successorId: successor.result.id,
      revocation: null,
    });
  });
});
