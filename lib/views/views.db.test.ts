import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import type { Actor } from "@/lib/access/actor";
import { operatorActor, system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { createView } from "./create-view";
import { deleteView } from "./delete-view";
import { listViews } from "./list-views";
import { renameView } from "./rename-view";
import { canonicalQuery, maxViews } from "./schema";

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

const save = (actor: Actor, name: string, query = "outcome=denied") =>
  createView(harness.deps, actor, { name, query });
const names = async (actor: Actor) =>
  (await listViews(harness.deps, actor)).map(({ name }) => name);

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
      ["view.created", "anna@example.com", { name: "Denied of last week", filter: view.query }],
      ["view.renamed", "anna@example.com", { from: "Denied of last week", name: "Denied" }],
      ["view.deleted", "anna@example.com", { name: "Denied" }],
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

  test("is refused once its user has too many", async () => {
    const before = (await names(ben)).length;
    for (let n = before; n < maxViews; n += 1) await save(ben, `View ${n}`);
    await expect(save(ben, "One more")).rejects.toMatchObject({ code: "view.limit" });
  });
});

test("a view's filters have one order, and neither a place in the list nor empty fields", () => {
  expect(canonicalQuery("q=a%20b&outcome=&limit=7&action=certificate.&cursor=desc-5")).toBe(
    "action=certificate.&q=a+b",
  );
  expect(canonicalQuery("q=a&limit=0")).toBeNull();
});
