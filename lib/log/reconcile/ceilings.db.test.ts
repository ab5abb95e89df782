import { afterAll, beforeAll, expect, test } from "vitest";
import { authorityInput } from "@/lib/authorities/schema";
import { activateAuthority } from "@/lib/issuing/activate-authority";
import { createAuthority } from "@/lib/issuing/create-authority";
import { adminActor } from "@/testing/actors";
import { createConfirmedAuthority } from "@/testing/ca/host-operator";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { type Harness, testHostCaller } from "@/testing/harness";
import { reconcile } from "./reconcile";

let harness: Harness;
beforeAll(async () => {
  // Its ceilings were widened by commands on the host.
  harness = await createTestCa();
  await createConfirmedAuthority(harness.deps, rootNamed("Second Root", "second"));
});
afterAll(async () => {
  await harness?.close();
});

const rootNamed = (name: string, slug: string) =>
  authorityInput.parse({
    name,
    slug,
    parentId: null,
    keyAlgorithm: "ecdsa-p256",
    validityYears: 10,
    pathLength: null,
  });
const problems = async () => (await reconcile(harness.deps)).problems;

test("the ceilings of the setup, of a confirmation and of a command agree with the log, numbered or not", async () => {
  expect(await problems()).toEqual([]);
  await harness.sequence();
  expect(await problems()).toEqual([]);
  const rows = await harness.asSuper("select distinct reason from ceiling order by 1");
  expect(rows.map(({ reason }) => reason)).toEqual(["command", "confirmed", "setup"]);
});

test.each([
  [
    "a wider one that no command set",
    `insert into signer.ceiling select key_id, version + 1, jsonb_set(rules, '{dns}', '["*"]'), reason, set_by, entry_id, created_at
      from signer.ceiling order by version desc limit 1`,
    /^The ceiling .* is in the table but has no entry\.$/,
  ],
  [
    "what one allows",
    `update signer.ceiling set rules = jsonb_set(rules, '{maxSeconds}', '999999999')`,
    /^The ceiling .*: its rules is [0-9a-f]/,
  ],
  [
    "when one was set",
    "update signer.ceiling set created_at = created_at - interval '1 day'",
    /^The ceiling .*: its start date is /,
  ],
  [
    "who set one",
    "update signer.ceiling set set_by = 'someone else'",
    /^The ceiling .*: its who set it is someone else /,
  ],
  [
    "one that is deleted, so that the one before counts",
    "delete from signer.ceiling where reason = 'command'",
    /^The ceiling .* is in the log but not in the table\.$/,
  ],
])("a superuser changes %s: it is named", async (_what, change, finding) => {
  const kept = "create table kept as select * from signer.ceiling";
  const off = "alter table signer.ceiling disable trigger all";
  const on = "alter table signer.ceiling enable always trigger no_change";
  await harness.asSuper(kept);
  try {
    await harness.asSuper(off);
    await harness.asSuper(change);
    expect((await problems()).filter((problem) => finding.test(problem))).not.toEqual([]);
  } finally {
    await harness.asSuper("delete from signer.ceiling");
    await harness.asSuper("insert into signer.ceiling select * from kept");
    await harness.asSuper(on);
    await harness.asSuper("drop table kept");
  }
  expect(await problems()).toEqual([]);
});

test("a CA that a superuser confirmed, and no operator or setup, is named", async () => {
  const { deps } = harness;
  const { result } = await createAuthority(deps, adminActor(), rootNamed("Third Root", "third"));
  const [waiting] = await deps.signer.listWaiting(testHostCaller);
  await harness.asSuper(
    "insert into signer.confirmation (certificate_id, tbs_sha256, decision, decided_by, created_at) values ($1, $2, 'confirmed', 'a superuser', now())",
    [waiting?.certificateId, Buffer.from(waiting?.tbsSha256 ?? "", "hex")],
  );
  await activateAuthority(deps, adminActor(), result.id);
  expect(await problems()).toEqual([
    expect.stringMatching(
      /^The authority .* \(third\): its confirmation is required in the table, but missing according to the log\.$/,
    ),
  ]);
});
