import { afterAll, beforeAll, expect, test } from "vitest";
import { createIdentity } from "@/lib/identities/create-identity";
import { updateIdentity } from "@/lib/identities/update-identity";
import { adminActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { reconcile } from "./reconcile";

let harness: Harness, id: string;
const networks = Array.from({ length: 40 }, (_none, n) => `198.51.100.${n * 4}/30`);
beforeAll(async () => {
  harness = await openHarness();
  const input = { kind: "service", name: "pay", owner: "pay-team@example.com", note: "" } as const;
  ({ id } = (await createIdentity(harness.deps, adminActor(), { ...input, networks })).result);
});
afterAll(async () => {
  await harness?.close();
});

const problems = async () => (await reconcile(harness.deps)).problems;

test("a long list of networks agrees with the log, as created and as changed", async () => {
  expect(await problems()).toEqual([]);
  await updateIdentity(harness.deps, adminActor(), id, { networks: networks.toReversed() });
  expect(await problems()).toEqual([]);
  await updateIdentity(harness.deps, adminActor(), id, { networks });
  expect(await problems()).toEqual([]);
});

test("a network that a superuser adds at the end of a long list is named", async () => {
  await harness.asSuper("alter table identity disable trigger all");
  await harness.asSuper("update identity set networks = networks || '{0.0.0.0/0}'");
  expect(await problems()).toEqual([
    expect.stringMatching(/^The identity .* \(pay\): its networks is /),
  ]);
});
