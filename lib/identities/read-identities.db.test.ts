import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { makeHolder, makeNamesProfile } from "@/testing/ca/names-fixture";
import { adminActor } from "@/testing/actors";
import type { Harness } from "@/testing/harness";
import { countMatchingIdentities, findIdentity, listMatchingIdentities } from "./read-identities";
import { updateIdentity } from "./update-identity";

let harness: Harness;
let ids: readonly string[];
beforeAll(async () => {
  harness = await createTestCa();
  const { deps } = harness;
  await makeNamesProfile(deps);
  const made = [];
  for (const at of [1, 2, 3]) made.push((await makeHolder(deps, `DNS:h${at}.e.example`)).id);
  ids = made;
});
afterAll(async () => {
  await harness.close();
});

describe("identities that are read at the same time", () => {
  test("are each found with their own names, also when one is asked for twice", async () => {
    const { deps } = harness;
    const found = await Promise.all([...ids, ids[0]!].map((id) => findIdentity(deps, id)));
    expect(found.map((identity) => identity?.id)).toEqual([...ids, ids[0]]);
    const names = found.map((identity) =>
      identity?.names.filter(({ type }) => type === "dns").map(({ value }) => value),
    );
    expect(names).toEqual([["h1.e.example"], ["h2.e.example"], ["h3.e.example"], ["h1.e.example"]]);
  });

  test.each(["idn_nobody", "", "\0", "idn_\0", "\ud800", "x".repeat(10_000), "{}", "a,b", "null"])(
    "are found although a caller asks for %j, which no identity has",
    async (id) => {
      const { deps } = harness;
      const [none, ...found] = await Promise.all(
        [id, ...ids].map((one) => findIdentity(deps, one)),
      );
      expect(none).toBeNull();
      expect(found.map((identity) => identity?.id)).toEqual(ids);
    },
  );

  test("are as they were when they were asked for, or later", async () => {
    const { deps } = harness;
    const [id = ""] = ids;
    const before = await findIdentity(deps, id);
    await updateIdentity(deps, adminActor(), id, { name: "renamed" });
    const after = await Promise.all([id, ids[1]!].map((one) => findIdentity(deps, one)));
    expect(after[0]).toMatchObject({ name: "renamed" });
    expect(after[0]?.epoch).toBeGreaterThan(before?.epoch ?? Infinity);
  });
});

describe("all identities that a filter matches", () => {
  const match = (filter: Parameters<typeof countMatchingIdentities>[1]) =>
    Promise.all([
      countMatchingIdentities(harness.deps, filter, 10),
      listMatchingIdentities(harness.deps, filter, 10).then((rows) => rows.map(({ id }) => id)),
    ]);

  test("are counted as they are listed", async () => {
    const [one = "", two = ""] = ids;
    expect(await match({ ids: `${two},${one},idn_none` })).toEqual([2, [two, one]]);
    expect(await match({ holds: "dns:h2.e.example" })).toEqual([1, [two]]);
    expect(await match({ q: "nothing-has-this" })).toEqual([0, []]);
    expect(await match({ ids: "" })).toEqual([0, []]);
  });

  test("are counted as far as the limit", async () => {
    expect(await countMatchingIdentities(harness.deps, {}, 2)).toBe(2);
  });
});
