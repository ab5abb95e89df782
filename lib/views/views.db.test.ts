import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import type { Actor } from "@/lib/access/actor";
import { operatorActor, system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { createView } from "./create-view";
import { deleteView } from "./delete-view";
import { listAllViews, listViews } from "./list-views";
import { renameView } from "./rename-view";
import { canonicalQuery, maxViews, type ViewList } from "./schema";

let harness: Harness;
let anna: Actor;
let ben: Actor;

async function auditor(email: string): Promise<Actor> {
  const { result } = await createAccount(harness.deps, system, {
    email,
    name: email,
    role: "auditor",
  });
  return operatorActor({ id: result.id, label: email, role: "auditor" });
}

beforeAll(async () => {
  harness = await openHarness();
  [anna, ben] = [await auditor("anna@example.com"), await auditor("ben@example.com")];
});
afterAll(async () => {
  await harness.close();
});

const save = (actor: Actor, name: string, query = "outcome=denied", list: ViewList = "audit") =>
  createView(harness.deps, actor, { list, name, query });
const names = async (actor: Actor, list: ViewList = "audit") =>
  (await listViews(harness.deps, actor, list)).map(({ name }) => name);

describe("a saved view", () => {
  test("is its user's alone, and each change of it is an entry", async () => {
    const { result: view } = await save(
      anna,
      "  Denied of last week ",
      "?period=7d&outcome=denied",
    );
    expect(view).toMatchObject({ name: "Denied of last week", query: "outcome=denied&period=7d" });
    expect(await names(ben)).toEqual([]);
    await renameView(harness.deps, anna, view.id, { name: "Denied" });
    expect(await names(anna)).toEqual(["Denied"]);
    await deleteView(harness.deps, anna, view.id);
    expect(await names(anna)).toEqual([]);
    expect(
      (await harness.entriesOf(view.id)).map(({ action, actor, details }) => [
        action,
        actor.label,
        details,
      ]),
    ).toEqual([
      [
        "view.created",
        "anna@example.com",
        { list: "audit", name: "Denied of last week", filter: view.query },
      ],
      [
        "view.renamed",
        "anna@example.com",
        { list: "audit", from: "Denied of last week", name: "Denied" },
      ],
      ["view.deleted", "anna@example.com", { list: "audit", name: "Denied" }],
    ]);
  });

  test("has a name that no other view of its user has, until that one is deleted", async () => {
    const { result: view } = await save(anna, "Revocations", "action=certificate.revoked");
    await expect(save(anna, "REVOCATIONS")).rejects.toMatchObject({ code: "view.exists" });
    await save(ben, "Revocations");
    const { result: other } = await save(anna, "Other");
    await expect(
      renameView(harness.deps, anna, other.id, { name: "revocations" }),
    ).rejects.toMatchObject({ code: "view.exists" });
    await deleteView(harness.deps, anna, view.id);
    await renameView(harness.deps, anna, other.id, { name: "Revocations" });
  });

  test("can't be renamed or deleted by someone else, nor after it is deleted", async () => {
    const { result: view } = await save(anna, "Mine");
    const missing = { code: "view.not-found" };
    await expect(renameView(harness.deps, ben, view.id, { name: "x" })).rejects.toMatchObject(
      missing,
    );
    await expect(deleteView(harness.deps, ben, view.id)).rejects.toMatchObject(missing);
    await deleteView(harness.deps, anna, view.id);
    await expect(deleteView(harness.deps, anna, view.id)).rejects.toMatchObject(missing);
    await expect(renameView(harness.deps, anna, view.id, { name: "x" })).rejects.toMatchObject(
      missing,
    );
  });

  test.each(["ip=nowhere", "nothing=known", "action=certificate", "period=forever"])(
    "is refused with the filters %s",
    async (query) => {
      await expect(save(anna, "Wrong", query)).rejects.toThrow("These filters are invalid.");
    },
  );

  test("is refused to an operator, to a token, without a name and without a record", async () => {
    await expect(save(operatorActor(), "x")).rejects.toMatchObject({ kind: "forbidden" });
    const token = operatorActor({ kind: "token", id: "tok_1", role: "auditor" });
    await expect(save(token, "x")).rejects.toMatchObject({ code: "view.account" });
    await expect(save(anna, "  ")).rejects.toThrow("Enter a name.");
    await harness.withoutRecord(async () => {
      await expect(save(anna, "Unrecorded")).rejects.toMatchObject({ code: "record.unavailable" });
    });
    expect(await names(anna)).not.toContain("Unrecorded");
  });

  test("belongs to one list: its name is free in others, and only that list shows it", async () => {
    await save(anna, "Here", "state=held", "certificates");
    await save(anna, "Here", "status=suspended", "identities");
    await save(anna, "Here", "status=all", "alerts");
    expect(await names(anna, "certificates")).toEqual(["Here"]);
    expect(await names(anna)).not.toContain("Here");
    await expect(save(anna, "here", "state=revoked", "certificates")).rejects.toMatchObject({
      code: "view.exists",
    });
    const all = await listAllViews(harness.deps, anna);
    expect(all.filter(({ name }) => name === "Here").map(({ list }) => list)).toEqual(
      expect.arrayContaining(["certificates", "identities", "alerts"]),
    );
  });

  test.each([
    ["certificates", "state=suspended"],
    ["certificates", "outcome=denied"],
    ["certificates", "expiresBefore=tomorrow"],
    ["identities", "state=held"],
    ["identities", "kind=robot"],
    ["alerts", "severity=worst"],
    ["alerts", "status=held"],
    ["audit", "state=held"],
  ] as const)("of the list %s is refused with the filters %s of another", async (list, query) => {
    await expect(save(anna, "Wrong", query, list)).rejects.toThrow("These filters are invalid.");
  });

  test("of the lists that an operator may read is saved, renamed and deleted by an operator", async () => {
    const { result } = await createAccount(harness.deps, system, {
      email: "olga@example.com",
      name: "Olga",
      role: "operator",
    });
    const olga = operatorActor({ id: result.id, label: "olga@example.com" });
    const { result: view } = await save(olga, "Held", "state=held", "certificates");
    await renameView(harness.deps, olga, view.id, { name: "On hold" });
    expect(await names(olga, "certificates")).toEqual(["On hold"]);
    // The role that could read the audit log is gone, and its views with it.
    const { result: ofLog } = await save({ ...olga, role: "auditor" }, "Denied");
    expect((await listAllViews(harness.deps, olga)).map(({ name }) => name)).toEqual(["On hold"]);
    const forbidden = { kind: "forbidden" };
    await expect(names(olga)).rejects.toMatchObject(forbidden);
    await expect(renameView(harness.deps, olga, ofLog.id, { name: "x" })).rejects.toMatchObject(
      forbidden,
    );
    await expect(deleteView(harness.deps, olga, ofLog.id)).rejects.toMatchObject(forbidden);
    await deleteView(harness.deps, olga, view.id);
    expect(await names(olga, "certificates")).toEqual([]);
  });

  test("of a list that doesn't exist, or of a service's certificates, is refused", async () => {
    await expect(
      createView(harness.deps, anna, { list: "tokens" as ViewList, name: "x", query: "" }),
    ).rejects.toThrow(/Invalid option/);
    const service = operatorActor({ kind: "token", id: "tok_1", role: "service" });
    await expect(save(service, "x", "state=held", "certificates")).rejects.toMatchObject({
      code: "view.account",
    });
  });

  test("is refused once its user has too many", async () => {
    const before = (await listAllViews(harness.deps, ben)).length;
    for (let n = before; n < maxViews; n += 1) await save(ben, `View ${n}`);
    await expect(save(ben, "One more")).rejects.toMatchObject({ code: "view.limit" });
  });
});

test("a view's filters have one order, and neither a place in the list nor empty fields", () => {
  expect(
    canonicalQuery("audit", "q=a%20b&outcome=&limit=7&action=certificate.&cursor=desc-5"),
  ).toBe("action=certificate.&q=a+b");
  expect(canonicalQuery("audit", "q=a&limit=0")).toBeNull();
});

test("a default that a view doesn't name is not one of its filters, and a sort that it names is", () => {
  expect(canonicalQuery("certificates", "state=valid")).toBe("state=valid");
  expect(canonicalQuery("certificates", "sort=notAfter&limit=50&state=valid")).toBe(
    "sort=notAfter&state=valid",
  );
  expect(canonicalQuery("alerts", "")).toBe("");
});
