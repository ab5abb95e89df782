import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { listCertificates } from "@/lib/certificates/list-certificates";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { getOverview } from "@/lib/overview/get-overview";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, assertedActor, operatorActor, system } from "@/testing/actors";
import { makePerson } from "@/testing/accounts/person";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { problemsOf } from "@/testing/log/problems-of";
import { makeTestKey } from "@/testing/pki/authorities";
import { cancelRotationRequest } from "./cancel-rotation-request";
import { getCertificate } from "./get-certificate";
import { releaseCertificate } from "./release-certificate";
import { requestRotation } from "./request-rotation";
import { revokeCertificate } from "./revoke-certificate";
import { markRotationRequested } from "./rotation-request-repository";
import type { CertificateDto, RequestRotationInput } from "./schema";

let harness: Harness;
let deps: Deps;
const admin = adminActor();
const dayMs = 86_400_000;

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
});
afterAll(async () => {
  await harness.close();
});

async function issue(validitySeconds?: number): Promise<CertificateDto> {
  const input = {
    profile: "tls-server",
    identity: await createTestIdentity(deps),
    csr: await makeCsr(),
    ...(validitySeconds === undefined ? {} : { validitySeconds }),
  };
  return (await issueCertificate(deps, admin, input)).result;
}
const request = (id: string, input: RequestRotationInput = {}, actor: Actor = admin) =>
  requestRotation(deps, actor, id, input);
const withdraw = (id: string, actor: Actor = admin) =>
  cancelRotationRequest(deps, actor, id, { comment: "not needed" });
const inDays = (days: number): string =>
  `${new Date(deps.clock.now().getTime() + days * dayMs).toISOString().slice(0, 19)}Z`;
const actionsOf = async (id: string) =>
  (await harness.entriesOf(id)).map((entry) => entry.action).slice(2);
const requestOf = async (id: string) => (await getCertificate(deps, admin, id)).rotationRequest;
async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await refusalOf(work)).code;
}
const idsOf = async (rotation: "requested" | "overdue") =>
  (await listCertificates(deps, admin, { rotation, limit: 200 })).items.map(({ id }) => id);

describe("requesting the rotation of a certificate", () => {
  test("is recorded with date and comment, shows with the certificate, and changes nothing else", async () => {
    const before = await issue();
    const replaceBy = inDays(3);
    const { result, entryId } = await request(before.id, { replaceBy, comment: "old library" });
    const { rotationRequest, ...rest } = result;
    expect({ ...rest, rotationRequest: null }).toEqual(await withoutIssuing(before));
    expect(rotationRequest).toEqual({
      replaceBy,
      requestedAt: expect.any(String) as string,
      requestedBy: admin.label,
      comment: "old library",
    });
    expect(entryId).toMatch(/^ent_/);
    expect((await harness.entriesOf(before.id)).at(-1)).toMatchObject({
      action: "certificate.rotation-requested",
      outcome: "success",
      details: { comment: "old library", replaceBy: replaceBy.replace("Z", ".000Z") },
    });
  });

  test("has a date in a week if none is given, and at most the date of expiration", async () => {
    const [long, short] = [await issue(), await issue(2 * 86_400)];
    const { replaceBy, requestedAt } = (await request(long.id)).result.rotationRequest!;
    expect(Date.parse(replaceBy) - Date.parse(requestedAt)).toBe(7 * dayMs);
    expect((await request(short.id)).result.rotationRequest?.replaceBy).toBe(short.notAfter);
  });

  test("is replaced by a request with an earlier date, and by no other", async () => {
    const { id } = await issue();
    await request(id, { replaceBy: inDays(5), comment: "first" });
    expect(await codeOf(request(id, { replaceBy: inDays(5) }))).toBe("rotation.already-requested");
    expect(await codeOf(request(id, { replaceBy: inDays(6) }))).toBe("rotation.already-requested");
    expect(await codeOf(request(id))).toBe("rotation.already-requested");
    expect(await requestOf(id)).toMatchObject({ comment: "first" });
    const replaceBy = inDays(4);
    await request(id, { replaceBy, comment: "sooner" });
    expect(await requestOf(id)).toMatchObject({ replaceBy, comment: "sooner" });
  });

  test("by two at once with the same date is one request", async () => {
    const { id } = await issue();
    const replaceBy = inDays(2);
    const results = await Promise.allSettled([
      request(id, { replaceBy }),
      request(id, { replaceBy }),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await actionsOf(id)).toEqual(["certificate.rotation-requested"]);
  });

  test.each([
    ["a date in the past", () => inDays(-1)],
    ["this very moment", () => inDays(0)],
    ["a date after the expiration", () => inDays(4000)],
  ])("%s is refused", async (_what, replaceBy) => {
    const { id } = await issue();
    expect((await refusalOf(request(id, { replaceBy: replaceBy() }))).findings).toMatchObject([
      { code: "rotation.replace-by", path: "replaceBy" },
    ]);
    expect(await requestOf(id)).toBe(null);
  });

  test("is refused for a certificate that is revoked, on hold, expired or replaced", async () => {
    const [revoked, held, expired, replaced] = [
      await issue(),
      await issue(),
      await issue(3600),
      await issue(),
    ];
    await revokeCertificate(deps, admin, revoked.id, { reason: "superseded" });
    await revokeCertificate(deps, admin, held.id, { reason: "certificateHold" });
    await rotate(replaced.id);
    harness.advance(2 * 3_600_000);
    for (const { id } of [revoked, held, expired, replaced]) {
      expect(await codeOf(request(id))).toBe("certificate.state");
      expect(await actionsOf(id)).not.toContain("certificate.rotation-requested");
    }
  });

  test("is refused for Chancery's own certificates, and for what doesn't exist", async () => {
    const own = (await listCertificates(deps, admin, { kind: "system", limit: 1 })).items[0];
    expect(await codeOf(request(own?.id ?? ""))).toBe("identity.system");
    expect(await codeOf(request("crt_none"))).toBe("certificate.not-found");
  });

  test.each([
    ["an approver", "forbidden", operatorActor({ role: "approver" })],
    ["an auditor", "forbidden", operatorActor({ role: "auditor" })],
    ["nobody", "unauthenticated", operatorActor({ role: null })],
  ])("is refused to %s, like its withdrawal", async (_who, code, actor) => {
    const { id } = await issue();
    await request(id);
    expect(await codeOf(request(id, { replaceBy: inDays(1) }, actor))).toBe(code);
    expect(await codeOf(withdraw(id, actor))).toBe(code);
    expect(await actionsOf(id)).toEqual(["certificate.rotation-requested"]);
  });

  test("is refused to a service, for its own certificate and for others', and on the word of a proxy", async () => {
    const { id, identity } = await issue();
    const service = operatorActor({
      kind: "certificate",
      role: "service",
      identityId: identity.id,
    });
    expect(await codeOf(request(id, {}, service))).toBe("forbidden");
    expect(await codeOf(request((await issue()).id, {}, service))).toBe("certificate.not-found");
    const passedOn = assertedActor({ identityId: identity.id }) as unknown as Actor;
    expect(await codeOf(request(id, {}, passedOn))).toBe("certificate.asserted");
    expect(await requestOf(id)).toBe(null);
  });

  test("is open to an operator for a certificate that signs in, and its withdrawal only to an administrator", async () => {
    const { certificate } = await makePerson(deps, admin, "admin");
    await request(certificate.id, { comment: "stolen laptop" }, operatorActor());
    expect(await codeOf(withdraw(certificate.id, operatorActor()))).toBe("identity.confers-power");
    expect(await requestOf(certificate.id)).toMatchObject({ comment: "stolen laptop" });
    await withdraw(certificate.id);
    expect(await requestOf(certificate.id)).toBe(null);
  });

  test("is open to an operator", async () => {
    const { id } = await issue();
    await request(id, {}, operatorActor());
    await withdraw(id, operatorActor());
    expect(await requestOf(id)).toBe(null);
  });
});

describe("a requested rotation", () => {
  test("can be withdrawn once, and set to a later date afterwards", async () => {
    const { id } = await issue();
    await request(id, { replaceBy: inDays(1) });
    const { result } = await withdraw(id);
    expect(result.rotationRequest).toBe(null);
    expect(await codeOf(withdraw(id))).toBe("rotation.not-requested");
    await request(id, { replaceBy: inDays(9) });
    expect(await actionsOf(id)).toEqual([
      "certificate.rotation-requested",
      "certificate.rotation-request-canceled",
      "certificate.rotation-requested",
    ]);
  });

  test("that was never made can't be withdrawn", async () => {
    const { id } = await issue();
    expect(await codeOf(withdraw(id))).toBe("rotation.not-requested");
    expect(await codeOf(withdraw("crt_none"))).toBe("certificate.not-found");
    expect(await actionsOf(id)).toEqual([]);
  });

  test("can't be withdrawn once the certificate is revoked, on hold, replaced or expired", async () => {
    const [revoked, held, replaced, expired] = [
      await issue(),
      await issue(),
      await issue(),
      await issue(3600),
    ];
    for (const { id } of [revoked, held, replaced, expired]) await request(id);
    await revokeCertificate(deps, admin, revoked.id, { reason: "superseded" });
    await revokeCertificate(deps, admin, held.id, { reason: "certificateHold" });
    await rotate(replaced.id);
    harness.advance(2 * 3_600_000);
    for (const { id } of [revoked, held, replaced, expired]) {
      expect(await codeOf(withdraw(id))).toBe("rotation.not-requested");
      expect(await actionsOf(id)).not.toContain("certificate.rotation-request-canceled");
    }
  });

  test("no longer counts once there is a successor, or the certificate is not valid", async () => {
    const [replaced, revoked, held] = [await issue(), await issue(), await issue()];
    for (const { id } of [replaced, revoked, held]) await request(id);
    expect(await idsOf("requested")).toEqual(
      expect.arrayContaining([replaced.id, revoked.id, held.id]),
    );
    const successor = await rotate(replaced.id);
    await revokeCertificate(deps, admin, revoked.id, { reason: "superseded" });
    await revokeCertificate(deps, admin, held.id, { reason: "certificateHold" });
    for (const { id } of [replaced, revoked, held, successor]) {
      expect(await requestOf(id)).toBe(null);
      expect(await idsOf("requested")).not.toContain(id);
    }
    await releaseCertificate(deps, admin, held.id);
    expect(await requestOf(held.id)).not.toBe(null);
    expect(await idsOf("requested")).toContain(held.id);
  });

  test("is overdue once its date is over, in the list and on the overview alike", async () => {
    const { id } = await issue();
    await request(id, { replaceBy: inDays(1) });
    expect(await idsOf("overdue")).not.toContain(id);
    harness.advance(2 * dayMs);
    expect(await idsOf("overdue")).toContain(id);
    expect(await idsOf("requested")).toContain(id);
    const { overdueRotations } = await getOverview(deps, admin);
    expect(overdueRotations).toBe((await idsOf("overdue")).length);
  });

  test("can't be written without its entry, or with another date than it says", async () => {
    const { id } = await issue();
    await expect(
      harness.asSuper("update certificate set rotate_by = now() where id = $1", [id]),
    ).rejects.toThrow(/entry/);
    const at = (days: number) => new Date(inDays(days));
    const wrong = auditedTransaction(deps.recorder, admin, async (tx) => {
      const requestedAt = deps.clock.now();
      const row = { replaceBy: at(3), requestedAt, requestedBy: admin.label, comment: "" };
      await markRotationRequested(tx, id, row);
      const details = {
        replaceBy: at(2).toISOString(),
        requestedAt: requestedAt.toISOString(),
        comment: "",
      };
      const target = { kind: "certificate", id, label: "pay" };
      const action = "certificate.rotation-requested";
      return { result: null, entries: [{ action, outcome: "success", target, details }] };
    });
    expect(await codeOf(wrong)).toBe("record.unavailable");
    expect(await requestOf(id)).toBe(null);
  });

  test("is explained by the log", async () => {
    const { id } = await issue();
    await request(id, { comment: "🔑".repeat(200) }, system);
    expect(await problemsOf(harness)).toEqual([]);
  });
});

async function rotate(id: string): Promise<CertificateDto> {
  const { commonName } = await getCertificate(deps, admin, id);
  const csr = await makeCsr([commonName], makeTestKey("ecdsa-p256"));
  return (await rotateCertificate(deps, admin, id, { csr, overlapSeconds: 86_400 })).result;
}

/** What is read of a certificate, without what only the response to issuing has. */
const withoutIssuing = async ({ id }: CertificateDto) => ({
  ...(await getCertificate(deps, admin, id)),
  rotationRequest: null,
});
