import { afterAll, beforeAll, expect, test } from "vitest";
import { getIdentity } from "@/lib/identities/read-identities";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { proxyInput } from "@/lib/proxies/schema";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { importNames } from "./import-names";
import { reconcile } from "@/lib/log/reconcile/reconcile";

let harness: Harness;
let orders = "";
const admin = adminActor();

beforeAll(async () => {
  harness = await createTestCa();
  orders = await createTestIdentity(harness.deps, "orders", ["held.example.com"]);
  await createTestIdentity(harness.deps, "billing", ["billing.example.com"]);
});
afterAll(async () => {
  await harness.close();
});

const csv = `identity,type,value
orders,dns,new.example.com
orders,dns,held.example.com
orders,dns,billing.example.com
billing,dns,*.pay.example.com
orders,dns,x.pay.example.com
nothing,dns,y.example.com
orders,host,z.example.com
orders,dns,UPPER.example.com.
orders,dns,outside.elsewhere.example`;

const outcomes = [
  [2, "would-add"],
  [3, "held"],
  [4, "name.held-by-another"],
  [5, "name.held-by-another"],
  [6, "name.held-by-another"],
  [7, "identity.not-found"],
  [8, "request.invalid"],
  [9, "name.invalid"],
  [10, "name.outside-profiles"],
];
const run = async (dryRun: boolean, actor = admin) =>
  importNames(harness.deps, actor, { csv, dryRun });
const short = ({ lines }: Awaited<ReturnType<typeof run>>) =>
  lines.map((one) => [one.line, one.outcome === "refused" ? one.code : one.outcome]);

test("a dry run says what each line would do, conflicts within the file too, and changes nothing", async () => {
  const { result, entries } = await harness.newEntries(() => run(true));
  expect(short(result)).toEqual(outcomes);
  expect(result).toMatchObject({ added: 1, unchanged: 1, refused: 7 });
  expect(entries).toEqual([]);
});

test("an import adds what the dry run said, in one entry for each identity, and again nothing", async () => {
  const { result, entries } = await harness.newEntries(() => run(false, operatorActor()));
  expect(short(result)).toEqual([[2, "added"], ...outcomes.slice(1)]);
  expect(entries.map(({ action }) => action)).toEqual(["identity.names-added"]);
  const names = (await getIdentity(harness.deps, admin, orders)).names
    .map(({ value }) => value)
    .toSorted();
  expect(names).toEqual(["held.example.com", "new.example.com", "orders"]);
  expect((await run(false)).added).toBe(0);
});

test("a dry run refuses an operator for an identity with power, as the import does", async () => {
  const edge = await createTestIdentity(harness.deps, "edge of imports");
  await trustProxy(harness.deps, admin, proxyInput.parse({ identity: edge, kind: "nginx" }));
  const lines = `${edge},dns,edge-imports.example.com`;
  for (const dryRun of [true, false]) {
    const result = await importNames(harness.deps, operatorActor(), { csv: lines, dryRun });
    expect(short(result)).toEqual([[1, "identity.confers-power"]]);
  }
  const asAdmin = await importNames(harness.deps, admin, { csv: lines, dryRun: true });
  expect(short(asAdmin)).toEqual([[1, "would-add"]]);
});

test("the line of the holder isn't refused because another line claims its name", async () => {
  const both = "billing,dns,billing.example.com\norders,dns,billing.example.com";
  const result = await importNames(harness.deps, admin, { csv: both, dryRun: true });
  expect(short(result)).toEqual([
    [1, "held"],
    [2, "name.held-by-another"],
  ]);
  expect(result.lines[1]).toMatchObject({
    message: expect.stringContaining("belongs to billing") as unknown,
  });
});

test.each(["auditor", "approver", "service"] as const)("%s imports nothing", async (role) => {
  await expect(run(false, adminActor({ role, identityId: orders }))).rejects.toThrow(
    /does not allow/,
  );
});

test("the log explains every name that is held now, and each that a certificate was planned with", async () => {
  await harness.entries();
  const { problems } = await reconcile(harness.deps);
  expect(problems.filter((text) => /names/.test(text))).toEqual([]);
});
