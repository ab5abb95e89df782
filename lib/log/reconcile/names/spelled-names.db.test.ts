import { afterAll, beforeAll, expect, test } from "vitest";
import { updateIdentity } from "@/lib/identities/update-identity";
import { shareNames } from "@/lib/names/share-names";
import { transferNames } from "@/lib/names/transfer-names";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  editNames,
  issueNames,
  makeHolder,
  makeNamesProfile,
  namesIn,
} from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { withoutTriggers } from "@/testing/log/as-superuser";
import { problemsOfOlder } from "@/testing/log/older-log";
import { reconcile } from "../reconcile";

// Names that certificates or entries spell in another way than rows, and acts that are numbered in parts.
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
const sequence = () => deps.db.pool.query("select tlog.sequence_batch(100000)");
const issue = (identity: string, names: string) =>
  issueNames(deps, admin, { profile, identity, names });
const uri = "URI:spiffe://e.example";

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

test("names that look like secrets, of which entries have only a part, raise nothing", async () => {
  const two = `${uri}/chw_frontend1 ${uri}/chw_frontend2`;
  const { id } = await makeHolder(deps, `${two} ${uri}/chy_frontend3/*`);
  const { id: other } = await makeHolder(deps, `${uri}/chw_frontend4 ${uri}/secret/*`);
  await issue(id, `${uri}/chw_frontend1`);
  await issue(id, `${uri}/chy_frontend3/x`);
  await issue(other, `${uri}/secret/chw_frontend5`);
  await expectNone();
  await editNames(deps, admin, id, { release: `${uri}/chw_frontend2`, onRelease: "free" });
  await expectNone();
  await issue(id, `${uri}/chw_frontend1`);
  await editNames(deps, admin, other, { add: `${uri}/chw_frontend2` });
  await issue(other, `${uri}/chw_frontend2`);
  await expectNone();
  expect(await problems()).toEqual([]);
});

test("a name that looks like a secret, of an identity that had none like it, is named", async () => {
  const { id } = await makeHolder(deps);
  const quietly = (...statements: readonly string[]) =>
    withoutTriggers(harness.urls.superUrl, ["identity_name"], statements);
  await quietly(
    `insert into identity_name (id, identity_id, type, form, value, state, origin, created_at, changed_at)
      values ('nam_${"9".repeat(26)}', '${id}', 'uri', 'exact', 'spiffe://e.example/chw_frontend6', 'held', 'edit', now(), now())`,
  );
  const found = await problems();
  await quietly(`delete from identity_name where id = 'nam_${"9".repeat(26)}'`);
  expect(found).toEqual([expect.stringMatching(/chy_… is held in the table, but has no entry/)]);
});

test("changes of which only a part is numbered raise nothing", async () => {
  const { id } = await makeHolder(deps, "DNS:part1.e.example DNS:part2.e.example");
  const { id: other } = await makeHolder(deps);
  await sequence();
  const common = { comment: "both" };
  const [shared, moved] = [namesIn("DNS:part1.e.example"), namesIn("DNS:part2.e.example")];
  await shareNames(deps, admin, other, { ...common, names: shared, with: [id] });
  await transferNames(deps, admin, id, { ...common, names: moved, to: other, onRelease: "free" });
  const sequenceOne = async (): Promise<number> => {
    const { rows } = await deps.db.pool.query<{ size: number }>(
      "select tlog.sequence_batch(1)::int as size",
    );
    return rows[0]?.size ?? 0;
  };
  let parts = 0;
  for (let size = -1, next = await sequenceOne(); next > size; next = await sequenceOne()) {
    size = next;
    parts += 1;
    expect(await problems()).toEqual([]);
  }
  expect(parts).toBeGreaterThan(3);
});
