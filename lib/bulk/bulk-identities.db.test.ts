import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { getIdentity } from "@/lib/identities/read-identities";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { acceptedOf } from "@/testing/accounts/accepted";
import { operatorActor, system } from "@/testing/actors";
import { type BulkFixture, codeOf, openBulkFixture } from "@/testing/bulk/bulk-fixture";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { problemsOf } from "@/testing/log/problems-of";
import { cancelBulkAct } from "./cancel-bulk-act";
import { getBulkAct } from "./read-bulk-acts";
import { bulkInput, type BulkInput } from "./schema";

let fixture: BulkFixture;
beforeAll(async () => {
  fixture = await openBulkFixture();
});
afterAll(() => fixture.harness.close());

const suspending = { act: "suspend", reason: undefined } as const;
const makeIdentities = async (count: number): Promise<string[]> =>
  (
    await Promise.all(Array.from({ length: count }, () => createTestIdentity(fixture.deps)))
  ).toSorted();
const get = (id: string) => getIdentity(fixture.deps, fixture.admin, id);
const statuses = async (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await get(id)).status));
async function makeProxy(): Promise<string> {
  const id = await createTestIdentity(fixture.deps);
  await trustProxy(fixture.deps, system, {
    identity: id,
    kind: "nginx",
    hops: 1,
    scopes: ["forward-auth"],
    note: "",
    accepted: await acceptedOf(fixture.deps, id),
  });
  return id;
}
const systemIdentity = async (): Promise<string> =>
  (
    (await fixture.harness.asSuper("select id from identity where kind = 'system' limit 1")) as {
      id: string;
    }[]
  )[0]?.id ?? "";

describe("a dry run over identities", () => {
  test("names what it leaves out: Chancery's own always, and a proxy for an operator only", async () => {
    const [one = ""] = await makeIdentities(1);
    const [proxy, own] = [await makeProxy(), await systemIdentity()];
    const identities = [one, proxy, own, "idn_none"];
    const operator = await fixture.user("operator");
    const { result, entries } = await fixture.harness.newEntries(() =>
      fixture.preview({ ...suspending, identities }, operator),
    );
    const names = await Promise.all([own, proxy].map(async (id) => (await get(id)).name));
    expect(result).toMatchObject({
      selected: 4,
      count: 1,
      identities: 1,
      excluded: [
        { why: "own", count: 1, examples: [names[0]] },
        { why: "proxy", count: 1, examples: [names[1]] },
        { why: "missing", count: 1, examples: ["idn_none"] },
      ],
    });
    expect(entries).toEqual([]);
    const ofAdmin = await fixture.preview({ ...suspending, identities });
    expect(ofAdmin.excluded.map(({ why }) => why)).toEqual(["own", "missing"]);
  });

  test("leaves out what is so already, and counts the valid certificates of the rest", async () => {
    const [suspended = "", active = ""] = await makeIdentities(2);
    await suspendIdentity(fixture.deps, fixture.admin, suspended, { comment: "" });
    await fixture.issue(2, active);
    const identities = [suspended, active];
    const { owner } = await get(active);
    const excludedOf = async (input: Partial<BulkInput>) =>
      (await fixture.preview({ identities, reason: undefined, ...input })).excluded;
    expect(await excludedOf({ act: "suspend" })).toMatchObject([{ why: "already-suspended" }]);
    expect(await excludedOf({ act: "activate" })).toMatchObject([{ why: "already-active" }]);
    expect(await excludedOf({ act: "assign", owner })).toMatchObject([
      { why: "same-owner", count: 2 },
    ]);
    expect(await fixture.preview({ ...suspending, identities })).toMatchObject({ certificates: 2 });
  });

  test("revoking everything of identities takes what is neither revoked nor expired, and no one else's", async () => {
    const [one = "", other = ""] = await makeIdentities(2);
    const mine = await fixture.issue(2, one);
    await fixture.issue(1, other);
    const id = await fixture.start({ identities: [one] });
    expect((await fixture.report(id)).map(({ certificateId }) => certificateId)).toEqual(mine);
    await fixture.finish();
    expect((await fixture.preview({ identities: [one] })).selected).toBe(0);
    expect((await get(other)).certificateCounts.valid).toBe(1);
  });

  test("another number than the list of identities showed is refused", async () => {
    const [id = ""] = await makeIdentities(1);
    const identityFilter = { q: id };
    expect((await fixture.preview({ ...suspending, identityFilter, count: 1 })).count).toBe(1);
    expect(await codeOf(fixture.preview({ ...suspending, identityFilter, count: 2 }))).toBe(
      "bulk.count-changed",
    );
  });

  test.each([
    ["certificates to suspend", { act: "suspend", ids: ["crt_a"] }],
    ["a filter of certificates to suspend", { act: "suspend", filter: {}, count: 1 }],
    ["identities and certificates at once", { identities: ["idn_a"], ids: ["crt_a"] }],
    ["a new owner without an owner", { act: "assign", identities: ["idn_a"] }],
    ["an empty owner", { act: "assign", owner: " ", identities: ["idn_a"] }],
    ["a suspension with an owner", { act: "suspend", owner: "x", identities: ["idn_a"] }],
    ["a suspension with a reason", { act: "suspend", reason: "superseded", identities: ["idn_a"] }],
    ["a filter of identities without its count", { act: "suspend", identityFilter: {} }],
  ])("%s is refused", (_what, input) => {
    expect(bulkInput.safeParse(input).success).toBe(false);
  });
});

describe("a bulk action on identities", () => {
  test("suspends and activates each with its own entry, and has one at its start and its end", async () => {
    const ids = await makeIdentities(3);
    const id = await fixture.start({ ...suspending, identities: ids, comment: "leaving" });
    await fixture.finish();
    expect(await statuses(ids)).toEqual(["suspended", "suspended", "suspended"]);
    const own = (await fixture.harness.entriesOf(ids[0] ?? "")).at(-1);
    expect(own).toMatchObject({
      action: "identity.suspended",
      actor: { id: fixture.admin.id },
      correlationId: id,
      details: { comment: "leaving" },
    });
    expect(await fixture.harness.entriesOf(id)).toMatchObject([
      { action: "bulk.started", target: { label: "Suspend 3 identities" }, details: { count: 3 } },
      { action: "bulk.finished", details: { of: "identities", done: 3 } },
    ]);
    expect(await fixture.report(id)).toMatchObject(
      ids.map((identityId) => ({ identityId, certificateId: null, serial: null, outcome: "done" })),
    );
    await fixture.start({ act: "activate", reason: undefined, identities: ids });
    await fixture.finish();
    expect(await statuses(ids)).toEqual(["active", "active", "active"]);
  });

  test("assigns an owner; one that got another owner since the start is left alone", async () => {
    const ids = await makeIdentities(2);
    const input = { act: "assign", reason: undefined, owner: "platform@example.com" } as const;
    const id = await fixture.start({ ...input, identities: ids });
    await updateIdentity(fixture.deps, fixture.admin, ids[1] ?? "", { owner: "other" });
    await fixture.finish();
    expect((await get(ids[0] ?? "")).owner).toBe("platform@example.com");
    expect((await get(ids[1] ?? "")).owner).toBe("other");
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({
      owner: "platform@example.com",
      done: 1,
      changed: 1,
    });
  });

  test("an owner that its entry doesn't name is refused by the database", async () => {
    const [one = ""] = await makeIdentities(1);
    const assign = { act: "assign", reason: undefined } as const;
    const id = await fixture.start({ ...assign, owner: "a@example.com", identities: [one] });
    await expect(
      fixture.harness.asSuper("update bulk_act set owner = 'b@example.com' where id = $1", [id]),
    ).rejects.toThrow(/never change/);
    await fixture.finish();
  });

  test("power that was conferred since the start refuses that identity with a reason, and the others go on", async () => {
    const operator = await fixture.user("operator");
    const ids = await makeIdentities(2);
    const id = await fixture.start({ ...suspending, identities: ids }, operator);
    await trustProxy(fixture.deps, system, {
      identity: ids[0] ?? "",
      kind: "nginx",
      hops: 1,
      scopes: ["forward-auth"],
      note: "",
      accepted: await acceptedOf(fixture.deps, ids[0] ?? ""),
    });
    await fixture.finish();
    expect(await statuses(ids)).toEqual(["active", "suspended"]);
    expect(await fixture.report(id)).toMatchObject([
      { outcome: "refused", code: "identity.confers-power" },
      { outcome: "done" },
    ]);
  });

  test.each(["approver", "auditor", "service"] as const)(
    "a %s neither runs dry, nor starts, nor cancels",
    async (role) => {
      const ids = await makeIdentities(1);
      const who: Actor = operatorActor({ role, identityId: fixture.identity });
      const id = await fixture.start({ ...suspending, identities: ids });
      const input = { ...suspending, identities: ids };
      expect(await codeOf(fixture.preview(input, who))).toBe("forbidden");
      expect(await codeOf(fixture.start(input, who))).toBe("forbidden");
      expect(await codeOf(cancelBulkAct(fixture.deps, who, id))).toBe("forbidden");
      await fixture.finish();
    },
  );
});

test("verification has nothing to say about all that was done here", async () => {
  expect(await problemsOf(fixture.harness)).toEqual([]);
  expect(fixture.bugs).toEqual([]);
});
