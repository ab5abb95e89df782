import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { updateAccount } from "@/lib/accounts/update-account";
import { cancelRotationRequest } from "@/lib/certificates/cancel-rotation-request";
import { getCertificate } from "@/lib/certificates/get-certificate";
import { listCertificates } from "@/lib/certificates/list-certificates";
import { requestRotation } from "@/lib/certificates/request-rotation";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { system } from "@/testing/actors";
import { type BulkFixture, codeOf, openBulkFixture } from "@/testing/bulk/bulk-fixture";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import { problemsOf } from "@/testing/log/problems-of";
import { makeTestKey } from "@/testing/pki/authorities";
import { getBulkAct } from "./read-bulk-acts";
import { bulkInput, type BulkInput } from "./schema";

let fixture: BulkFixture;
beforeAll(async () => {
  fixture = await openBulkFixture();
});
afterAll(() => fixture.harness.close());

const dayMs = 86_400_000;
const inDays = (days: number): string =>
  `${new Date(fixture.deps.clock.now().getTime() + days * dayMs).toISOString().slice(0, 19)}Z`;
const rotating = { act: "request-rotation", reason: undefined } as const;
const preview = (input: Partial<BulkInput>) => fixture.preview({ ...rotating, ...input });
const requestOf = async (id: string) =>
  (await getCertificate(fixture.deps, fixture.admin, id)).rotationRequest;

async function issueFor(seconds: number): Promise<string> {
  const { deps, admin, identity } = fixture;
  const input = { profile: "tls-server", identity, csr: await makeCsr(), validitySeconds: seconds };
  return (await issueCertificate(deps, admin, input)).result.id;
}

async function rotate(id: string): Promise<void> {
  const { deps, admin } = fixture;
  const { commonName } = await getCertificate(deps, admin, id);
  const csr = await makeCsr([commonName], makeTestKey("ecdsa-p256"));
  await rotateCertificate(deps, admin, id, { csr, overlapSeconds: 86_400 });
}

describe("a dry run of a request for rotation", () => {
  test("counts who has to replace them, and leaves out what can't or needn't be replaced, with the reason", async () => {
    const { deps, admin } = fixture;
    const ids = await fixture.issue(6);
    const [revoked = "", held = "", replaced = "", requested = "", later = ""] = ids;
    await revokeCertificate(deps, admin, revoked, { reason: "superseded" });
    await revokeCertificate(deps, admin, held, { reason: "certificateHold" });
    await rotate(replaced);
    await requestRotation(deps, admin, requested, { replaceBy: inDays(3) });
    await requestRotation(deps, admin, later, { replaceBy: inDays(5) });
    const own = (await listCertificates(deps, admin, { kind: "system", limit: 1 })).items[0];
    const { result, entries } = await fixture.harness.newEntries(() =>
      preview({ ids: [...ids, own?.id ?? ""], replaceBy: inDays(4) }),
    );
    expect(result).toMatchObject({
      selected: 7,
      count: 2,
      rotation: { acme: 0, others: 2, owners: 1 },
      excluded: [
        { why: "own", count: 1 },
        { why: "already-revoked", count: 1 },
        { why: "already-held", count: 1 },
        { why: "replaced", count: 1 },
        { why: "rotation-requested", count: 1 },
      ],
    });
    expect(entries).toEqual([]);
  });

  test("leaves out what is to be replaced by its expiration already, and what has expired", async () => {
    const short = await issueFor(3600);
    await requestRotation(fixture.deps, fixture.admin, short, {});
    expect((await preview({ ids: [short] })).excluded).toMatchObject([
      { why: "rotation-requested", count: 1 },
    ]);
    fixture.harness.advance(2 * 3_600_000);
    expect((await preview({ ids: [short] })).excluded).toMatchObject([
      { why: "expired", count: 1 },
    ]);
  });

  test("counts one owner once, and each of several", async () => {
    const others = await fixture.issue(2, await createTestIdentity(fixture.deps));
    const ids = [...(await fixture.issue(1)), ...others];
    expect((await preview({ ids })).rotation).toEqual({ acme: 0, others: 3, owners: 1 });
  });

  test("with a date that is over is refused, as is its start", async () => {
    const ids = await fixture.issue(1);
    expect(await codeOf(preview({ ids, replaceBy: inDays(-1) }))).toBe("rotation.replace-by");
    expect(await codeOf(fixture.start({ ...rotating, ids, replaceBy: inDays(0) }))).toBe(
      "rotation.replace-by",
    );
  });

  test.each([
    ["a revocation with a date to replace by", { act: "revoke", reason: "superseded" }],
    ["a hold with a date to replace by", { act: "hold" }],
    ["a request for rotation with a reason of revocation", { reason: "superseded" }],
    ["a request for rotation with an owner", { owner: "team@example.com" }],
    ["a date that is none", { replaceBy: "tomorrow" }],
  ])("%s is refused", (_what, input) => {
    const given = {
      act: "request-rotation",
      ids: ["crt_a"],
      replaceBy: "2030-01-01T00:00:00Z",
      ...input,
    };
    expect(bulkInput.safeParse(given).success).toBe(false);
  });

  test.each(["approver", "auditor"] as const)("is refused to the role %s", async (role) => {
    const ids = await fixture.issue(1);
    const who = await fixture.user(role);
    expect(await codeOf(fixture.preview({ ...rotating, ids }, who))).toBe("forbidden");
    expect(await codeOf(fixture.start({ ...rotating, ids }, who))).toBe("forbidden");
  });
});

describe("a bulk request for rotation", () => {
  test("requests each with its own entry, by the date or the expiration, and has entries with figures and date", async () => {
    const [long = ""] = await fixture.issue(1);
    const short = await issueFor(86_400);
    const replaceBy = inDays(5);
    const input = { ...rotating, ids: [long, short], replaceBy, comment: "weak keys" };
    const id = await fixture.start(input);
    expect(await requestOf(long)).toBe(null);
    await fixture.finish();
    const { notAfter } = await getCertificate(fixture.deps, fixture.admin, short);
    expect(await requestOf(long)).toMatchObject({ replaceBy, comment: "weak keys" });
    expect(await requestOf(short)).toMatchObject({ replaceBy: notAfter, comment: "weak keys" });
    expect((await fixture.harness.entriesOf(long)).at(-1)).toMatchObject({
      action: "certificate.rotation-requested",
      actor: { id: fixture.admin.id },
      correlationId: id,
    });
    expect(await fixture.harness.entriesOf(id)).toMatchObject([
      {
        action: "bulk.started",
        target: { label: "Request the rotation of 2 certificates" },
        details: { act: "request-rotation", replaceBy: replaceBy.replace("Z", ".000Z"), count: 2 },
      },
      { action: "bulk.finished", details: { total: 2, done: 2, untried: 0 } },
    ]);
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({
      act: "request-rotation",
      replaceBy,
      done: 2,
    });
    expect((await fixture.report(id)).map(({ outcome }) => outcome)).toEqual(["done", "done"]);
    expect(fixture.bugs).toEqual([]);
  });

  test("without a date is for a week", async () => {
    const [id = ""] = await fixture.issue(1);
    await fixture.start({ ...rotating, ids: [id] });
    await fixture.finish();
    const { replaceBy } = (await requestOf(id))!;
    expect(Math.abs(Date.parse(replaceBy) - Date.parse(inDays(7)))).toBeLessThan(60_000);
  });

  test("of all that match takes them by the filters of the list", async () => {
    const owner = await createTestIdentity(fixture.deps);
    const ids = await fixture.issue(2, owner);
    const filter = { identity: owner, state: "valid" } as const;
    expect(await codeOf(preview({ filter, count: 3 }))).toBe("bulk.count-changed");
    await fixture.start({ ...rotating, filter, count: 2 });
    await fixture.finish();
    const requested = { filter: { identity: owner, rotation: "requested" as const }, count: 2 };
    expect((await preview(requested)).count).toBe(0);
    expect(await Promise.all(ids.map(requestOf))).not.toContain(null);
  });

  test("leaves alone what got a successor, a request or a hold since its dry run", async () => {
    const { deps, admin } = fixture;
    const ids = await fixture.issue(4);
    const [replaced = "", requested = "", held = "", same = ""] = ids;
    const id = await fixture.start({ ...rotating, ids });
    await rotate(replaced);
    await requestRotation(deps, admin, requested, { replaceBy: inDays(1), comment: "by hand" });
    await revokeCertificate(deps, admin, held, { reason: "certificateHold" });
    await fixture.finish();
    const outcomes = (await fixture.report(id)).map(({ certificateId, outcome }) => [
      certificateId,
      outcome,
    ]);
    expect(outcomes).toEqual([
      [replaced, "changed"],
      [requested, "changed"],
      [held, "changed"],
      [same, "done"],
    ]);
    expect(await requestOf(requested)).toMatchObject({ comment: "by hand" });
  });

  test("by several runners at once is one request for each, and nothing is refused", async () => {
    const ids = await fixture.issue(12);
    const id = await fixture.start({ ...rotating, ids });
    await Promise.allSettled([fixture.turn(), fixture.turn(), fixture.turn()]);
    await fixture.finish();
    expect((await fixture.report(id)).map(({ outcome }) => outcome)).toEqual(ids.map(() => "done"));
    const entries = await fixture.harness.entries();
    const ofRun = entries.filter(({ correlationId }) => correlationId === id);
    expect(ofRun.filter(({ action }) => action === "request.refused")).toEqual([]);
    const requests = ofRun.filter(({ action }) => action === "certificate.rotation-requested");
    expect(requests).toHaveLength(ids.length);
  });

  test("that someone precedes by a moment finds the certificate changed, where one by hand is refused", async () => {
    const { deps, admin } = fixture;
    const [id = ""] = await fixture.issue(1);
    await requestRotation(deps, admin, id, { replaceBy: inDays(1) });
    const again = { replaceBy: inDays(2) };
    const capped = { capped: true };
    expect(await codeOf(requestRotation(deps, admin, id, again, capped))).toBe(
      "certificate.changed-meanwhile",
    );
    expect(await codeOf(requestRotation(deps, admin, id, again))).toBe(
      "rotation.already-requested",
    );
  });

  test("leaves out what has a request, but not what was renewed since that", async () => {
    const owner = await createTestIdentity(fixture.deps);
    const { deps, admin } = fixture;
    const csr = () => makeCsr([`${owner.toLowerCase().replaceAll("_", "-")}.example.com`]);
    const input = async () => ({ profile: "tls-server", identity: owner, csr: await csr() });
    const { id } = (await issueCertificate(deps, admin, await input())).result;
    await requestRotation(deps, admin, id, { replaceBy: inDays(1) });
    expect(await preview({ ids: [id] })).toMatchObject({ count: 0 });
    fixture.harness.advance(1000);
    await issueCertificate(deps, admin, await input());
    expect(await preview({ ids: [id] })).toMatchObject({ count: 1 });
  });

  test("whose selection changed since its dry run starts nothing", async () => {
    const ids = await fixture.issue(1);
    const dryRun = await preview({ ids });
    await requestRotation(fixture.deps, fixture.admin, ids[0] ?? "", { replaceBy: inDays(30) });
    await cancelRotationRequest(fixture.deps, fixture.admin, ids[0] ?? "");
    expect((await preview({ ids })).sha256).toBe(dryRun.sha256);
    await requestRotation(fixture.deps, fixture.admin, ids[0] ?? "", { replaceBy: inDays(30) });
    expect((await preview({ ids })).sha256).not.toBe(dryRun.sha256);
  });

  test("stops when the role of who started it no longer allows it", async () => {
    const who = await fixture.user("operator");
    const ids = await fixture.issue(1);
    const id = await fixture.start({ ...rotating, ids }, who);
    await updateAccount(fixture.deps, system, who.id ?? "", { role: "auditor" });
    await fixture.finish();
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({ status: "stopped" });
    expect(await requestOf(ids[0] ?? "")).toBe(null);
  });
});

test("verification has nothing to say about all that was done here", async () => {
  expect(await problemsOf(fixture.harness)).toEqual([]);
});
