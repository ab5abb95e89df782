import { afterAll, beforeAll, expect, test } from "vitest";
import { updateIdentity } from "@/lib/identities/update-identity";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { issueNames, makeHolder, makeNamesProfile } from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { problemsOfOlder } from "@/testing/log/older-log";
import { reconcile } from "../reconcile";

// Names that certificates or entries spell in another way than rows.
let harness: Harness;
let deps: Deps;
let profile: string;
const admin = adminActor();
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps);
});
afterAll(() => harness.close());

const problems = async (): Promise<readonly string[]> => (await reconcile(deps)).problems;
const sequence = (count = 100_000) =>
  deps.db.pool.query(`select tlog.sequence_batch(${count})`);
const issue = (identity: string, names: string) =>
  issueNames(deps, admin, { profile, identity, names });

async function expectNone(): Promise<void> {
  expect(await problems()).toEqual([]);
  await sequence();
  expect(await problems()).toEqual([]);
  expect(await problemsOfOlder(deps, "names")).toEqual([]);
  expect(await problemsOfOlder(deps, "rows")).toEqual([]);
}

test("a rename explains what stays reserved as a certificate spells it", async () => {
  const { id } = await makeHolder(deps, "DNS:case.e.example", { name: "Casey" });
  await issue(id, "CN:casey DNS:case.e.example");
  await updateIdentity(deps, admin, id, { name: "Cased" });
  await expectNone();
  const entry = (await harness.entriesOf(id)).find(({ action }) => action === "identity.updated");
  expect(entry?.details["reserved"]).toEqual([expect.stringMatching(/^CN:casey until \d{4}-/)]);
  await updateIdentity(deps, admin, id, { name: "Casey" });
  await expectNone();
  await updateIdentity(deps, admin, id, { name: "Casual" });
  await expectNone();
});
