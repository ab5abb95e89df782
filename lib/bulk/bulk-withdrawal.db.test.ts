import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cancelRotationRequest } from "@/lib/certificates/cancel-rotation-request";
import { getCertificate } from "@/lib/certificates/get-certificate";
import { listCertificates } from "@/lib/certificates/list-certificates";
import { requestRotation } from "@/lib/certificates/request-rotation";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { type BulkFixture, codeOf, openBulkFixture } from "@/testing/bulk/bulk-fixture";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { problemsOf } from "@/testing/log/problems-of";
import { getBulkAct } from "./read-bulk-acts";
import { bulkInput, type BulkInput } from "./schema";

let fixture: BulkFixture;
beforeAll(async () => {
  fixture = await openBulkFixture();
});
afterAll(() => fixture.harness.close());

const withdrawing = { act: "cancel-rotation-request", reason: undefined } as const;
const preview = (input: Partial<BulkInput>) => fixture.preview({ ...withdrawing, ...input });
const requestOf = async (id: string) =>
  (await getCertificate(fixture.deps, fixture.admin, id)).rotationRequest;

/** So many certificates whose rotation is requested. */
async function requested(count: number, owner?: string): Promise<string[]> {
  const ids = await fixture.issue(count, owner);
  for (const id of ids) await requestRotation(fixture.deps, fixture.admin, id);
  return ids;
}

describe("a dry run of a withdrawal", () => {
  test("counts those with a request, leaves out the others with the reason, and records nothing", async () => {
    const { deps, admin } = fixture;
    const [fine = "", revoked = "", held = ""] = await requested(3);
    const [never = ""] = await fixture.issue(1);
    await revokeCertificate(deps, admin, revoked, { reason: "superseded" });
    await revokeCertificate(deps, admin, held, { reason: "certificateHold" });
    const own = (await listCertificates(deps, admin, { kind: "system", limit: 1 })).items[0];
    const ids = [fine, revoked, held, never, own?.id ?? ""];
    const { result, entries } = await fixture.harness.newEntries(() => preview({ ids }));
    expect(result).toMatchObject({
      selected: 5,
      count: 1,
      rotation: null,
      excluded: [
        { why: "own", count: 1 },
        { why: "already-revoked", count: 1 },
        { why: "already-held", count: 1 },
        { why: "rotation-not-requested", count: 1 },
      ],
    });
    expect(entries).toEqual([]);
  });

  test.each([
    ["a date to replace by", { replaceBy: "2030-01-01T00:00:00Z" }],
    ["a reason of revocation", { reason: "superseded" }],
    ["an owner", { owner: "team@example.com" }],
    ["a date of compromise", { invalidityDate: "2026-01-01T00:00:00Z" }],
  ])("with %s is refused", (_what, input) => {
    const given = { act: "cancel-rotation-request", ids: ["crt_a"], ...input };
    expect(bulkInput.safeParse(given).success).toBe(false);
  });

  test.each(["approver", "auditor"] as const)("is refused to the role %s", async (role) => {
    const ids = await requested(1);
    const who = await fixture.user(role);
    expect(await codeOf(fixture.preview({ ...withdrawing, ids }, who))).toBe("forbidden");
    expect(await codeOf(fixture.start({ ...withdrawing, ids }, who))).toBe("forbidden");
  });
});

describe("a bulk withdrawal", () => {
  test("of all that match withdraws each request with its own entry and the comment", async () => {
    const owner = await createTestIdentity(fixture.deps);
    const ids = await requested(2, owner);
    const filter = { identity: owner, rotation: "requested" } as const;
    const id = await fixture.start({ ...withdrawing, filter, count: 2, comment: "false alarm" });
    await fixture.finish();
    expect(await Promise.all(ids.map(requestOf))).toEqual([null, null]);
    expect((await fixture.harness.entriesOf(ids[0] ?? "")).at(-1)).toMatchObject({
      action: "certificate.rotation-request-canceled",
      correlationId: id,
      details: { comment: "false alarm" },
    });
    expect(await fixture.harness.entriesOf(id)).toMatchObject([
      {
        action: "bulk.started",
        target: { label: "Withdraw the request for rotation of 2 certificates" },
      },
      { action: "bulk.finished", details: { total: 2, done: 2, untried: 0 } },
    ]);
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({
      replaceBy: null,
      done: 2,
    });
    expect(fixture.bugs).toEqual([]);
  });

  test("leaves alone what was withdrawn or requested again since its dry run", async () => {
    const { deps, admin } = fixture;
    const ids = await requested(3);
    const [gone = "", anew = "", same = ""] = ids;
    const id = await fixture.start({ ...withdrawing, ids });
    await cancelRotationRequest(deps, admin, gone);
    await cancelRotationRequest(deps, admin, anew);
    fixture.harness.advance(60_000);
    await requestRotation(deps, admin, anew);
    await fixture.finish();
    const report = await fixture.report(id);
    expect(report.map(({ certificateId, outcome }) => [certificateId, outcome])).toEqual([
      [gone, "changed"],
      [anew, "changed"],
      [same, "done"],
    ]);
    expect(await requestOf(anew)).not.toBe(null);
  });

  test("by several runners at once is one entry for each, and nothing is refused", async () => {
    const ids = await requested(12);
    const id = await fixture.start({ ...withdrawing, ids });
    await Promise.allSettled([fixture.turn(), fixture.turn(), fixture.turn()]);
    await fixture.finish();
    expect((await fixture.report(id)).map(({ outcome }) => outcome)).toEqual(ids.map(() => "done"));
    const entries = await fixture.harness.entries();
    const ofRun = entries.filter(({ correlationId }) => correlationId === id);
    expect(ofRun.filter(({ action }) => action === "request.refused")).toEqual([]);
  });

  test("that someone precedes by a moment finds the certificate changed, where one by hand is refused", async () => {
    const { deps, admin } = fixture;
    const [id = ""] = await fixture.issue(1);
    expect(await codeOf(cancelRotationRequest(deps, admin, id, {}, { seen: true }))).toBe(
      "certificate.changed-meanwhile",
    );
    expect(await codeOf(cancelRotationRequest(deps, admin, id))).toBe("rotation.not-requested");
  });
});

test("verification has nothing to say about all that was done here", async () => {
  expect(await problemsOf(fixture.harness)).toEqual([]);
});
