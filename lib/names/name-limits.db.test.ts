import { afterAll, beforeAll, expect, test } from "vitest";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  callers,
  editNames,
  heldBy,
  issueNames,
  makeHolder,
  makeNamesProfile,
  outcomeOf,
} from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { reconcile } from "@/lib/log/reconcile/reconcile";

let harness: Harness;
let deps: Deps;
let profile: string;
const admin = adminActor();
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps);
});
afterAll(async () => {
  await harness.close();
});

const uris = (count: number, length: number) =>
  Array.from(
    { length: count },
    (_none, n) => `URI:spiffe://e.example/${String(n).padStart(3, "0")}${"x".repeat(length)}`,
  ).join(" ");

test("a hundred of the longest names are added and released at once, with entries that the log takes", async () => {
  const { id } = await makeHolder(deps);
  const names = uris(100, 2_000);
  expect(await outcomeOf(editNames(deps, admin, id, { add: names }))).toBe("done");
  expect((await heldBy(deps, id)).length).toBe(100);
  expect(await outcomeOf(editNames(deps, admin, id, { release: names }))).toBe("done");
  expect(await heldBy(deps, id)).toEqual([]);
});

test("an identity is created with a hundred of the longest names", async () => {
  const { id } = await makeHolder(deps, uris(100, 1_990).replaceAll("e.example/", "e.example/c"));
  expect((await heldBy(deps, id)).length).toBe(100);
});

test(
  "a pattern is released although hundreds of certificates carry names below it",
  { timeout: 60_000 },
  async () => {
    const long = "l".repeat(60);
    const { id } = await makeHolder(deps, `DNS:*.${long}.${long}.e.example`);
    const own = callers.certificate(id);
    for (let batch = 0; batch < 12; batch++) {
      const names = Array.from(
        { length: 50 },
        (_none, n) => `DNS:h${batch}-${n}.${long}.${long}.e.example`,
      );
      await issueNames(deps, own, { profile, identity: id, names: names.join(" ") });
    }
    expect(
      await outcomeOf(editNames(deps, admin, id, { release: `DNS:*.${long}.${long}.e.example` })),
    ).toBe("done");
    expect((await heldBy(deps, id)).length).toBe(600);
  },
);

test("an identity holds a thousand names at most, and a hundred are added at once", async () => {
  const { id } = await makeHolder(deps);
  for (let batch = 0; batch < 9; batch++)
    await editNames(deps, admin, id, {
      add: Array.from({ length: 100 }, (_none, n) => `DNS:n${batch}-${n}.limit.e.example`).join(
        " ",
      ),
    });
  const more = (count: number) =>
    Array.from({ length: count }, (_none, n) => `DNS:more${n}.limit.e.example`).join(" ");
  expect(await outcomeOf(editNames(deps, admin, id, { add: more(100) }))).toBe("name.too-many");
  expect(await outcomeOf(editNames(deps, admin, id, { add: more(99) }))).toBe("done");
  expect(await outcomeOf(editNames(deps, admin, id, { add: "DNS:last.limit.e.example" }))).toBe(
    "name.too-many",
  );
});

test("the log explains every name that is held now, and each that a certificate was planned with", async () => {
  await harness.entries();
  const { problems } = await reconcile(harness.deps);
  expect(problems.filter((text) => /names/.test(text))).toEqual([]);
});
