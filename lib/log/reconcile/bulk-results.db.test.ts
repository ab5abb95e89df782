import { afterAll, beforeAll, expect, test } from "vitest";
import { getIdentity } from "@/lib/identities/read-identities";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { previewBulkIssue } from "@/lib/bulk/preview-bulk-issue";
import { startBulkIssueInput } from "@/lib/bulk/schema";
import { startBulkIssue } from "@/lib/bulk/start-bulk-issue";
import { type BulkFixture, openBulkFixture } from "@/testing/bulk/bulk-fixture";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import { withoutTriggers } from "@/testing/log/as-superuser";
import { reconcile } from "./reconcile";

// What the report of a bulk action says was done is what the log says of each item.
let fixture: BulkFixture;
let revoked: string;
let issued: string;
beforeAll(async () => {
  fixture = await openBulkFixture();
  const { start, finish, issue, deps, admin } = fixture;
  const [one = "", two = "", three = "", changed = ""] = await issue(4);
  revoked = await start({ ids: [one, two, three, changed] });
  await revokeCertificate(deps, admin, changed, { reason: "keyCompromise" });
  await finish();
  const held = (await issue(2)).toSorted();
  await start({ act: "hold", reason: undefined, ids: held });
  await finish();
  await start({ act: "release", reason: undefined, ids: held });
  await finish();
  const identities = [await createTestIdentity(deps), await createTestIdentity(deps)];
  for (const act of ["suspend", "activate"] as const) {
    await start({ act, reason: undefined, identities });
    await finish();
  }
  await start({ act: "assign", reason: undefined, owner: "new@example.com", identities });
  await finish();
  issued = await issueSome();
});
afterAll(() => fixture.harness.close());

async function issueSome(): Promise<string> {
  const { deps, admin, identity, finish } = fixture;
  const { name } = await getIdentity(deps, admin, identity);
  const rows = [];
  for (const host of ["bulk1.example.com", "bulk2.example.com"])
    rows.push({ label: host, identity: name, profile: "tls-server", csr: await makeCsr([host]) });
  const { count, sha256 } = await previewBulkIssue(deps, admin, { rows });
  const input = startBulkIssueInput.parse({ rows, expect: { count, sha256 } });
  const { result } = await startBulkIssue(deps, admin, input);
  await finish();
  return result.id;
}

const problems = async () => (await reconcile(fixture.deps)).problems;

test("bulk actions of every kind raise nothing, numbered or not", async () => {
  expect(await problems()).toEqual([]);
  await fixture.deps.db.pool.query("select tlog.sequence_batch(10)");
  expect(await problems()).toEqual([]);
  await fixture.harness.entries();
  const { checked, problems: found } = await reconcile(fixture.deps);
  expect(found).toEqual([]);
  expect(checked).toBeGreaterThan(50);
});

test("a revocation by another request with the correlation ID of a bulk action raises nothing", async () => {
  const { issue, deps, admin } = fixture;
  const [one = ""] = await issue(1);
  await revokeCertificate(deps, { ...admin, correlationId: revoked }, one, {
    reason: "superseded",
  });
  expect(await problems()).toEqual([]);
  await fixture.harness.entries();
  expect(await problems()).toEqual([]);
});

const quietly = (...statements: string[]) =>
  withoutTriggers(fixture.harness.urls.superUrl, ["bulk_result"], statements);

test("the database refuses a result that is done without an entry", async () => {
  const forged = `update bulk_result set outcome = 'done' where outcome = 'changed'`;
  await expect(quietly(forged)).rejects.toThrow(/bulk_result_done_has_entry/);
});

test("what a superuser calls done without an entry is named", async () => {
  const constraint = "bulk_result_done_has_entry";
  await quietly(
    `alter table bulk_result drop constraint ${constraint}`,
    `update bulk_result set outcome = 'done' where outcome = 'changed'`,
  );
  const found = await problems();
  await quietly(
    `update bulk_result set outcome = 'changed' where outcome = 'done' and entry_id is null`,
    `alter table bulk_result add constraint ${constraint} check (outcome <> 'done' or entry_id is not null) not valid`,
  );
  expect(found).toEqual([
    expect.stringMatching(
      `The result \\d of the bulk action ${revoked} \\(entry missing\\) is in the table but has no entry`,
    ),
  ]);
});

test("a further result with the entry of another is named", async () => {
  await quietly(
    `insert into bulk_result (bulk_id, n, outcome, entry_id, at, certificate_id)
      select bulk_id, 3, outcome, entry_id, at, certificate_id from bulk_result where bulk_id = '${issued}' and n = 1`,
  );
  const found = await problems();
  await quietly(`delete from bulk_result where bulk_id = '${issued}' and n = 3`);
  expect(found.join("\n")).toMatch(
    /The result 3 of the bulk action blk_\S+ \(entry ent_\S+\): its entry is that of another result too/,
  );
  expect(await problems()).toEqual([]);
});

test.each([
  [
    "an item that was left alone is called done",
    "outcome = 'done', entry_id = 'ent_none' where outcome = 'changed'",
    /The result \d of the bulk action blk_\S+ \(entry ent_none\) is in the table but has no entry/,
  ],
  [
    "an item that was left alone has the entry and the certificate of another",
    `outcome = 'done', (entry_id, certificate_id) = (select o.entry_id, b.ids[o.n] from bulk_result o join bulk_act b on b.id = o.bulk_id
      where o.bulk_id = bulk_result.bulk_id and o.outcome = 'done' order by o.n limit 1) where outcome = 'changed'`,
    /The result \d of .*: its item is crt_\S+ in the table, but crt_/,
  ],
  [
    "an item that was revoked is called refused",
    "outcome = 'refused', code = 'internal' where n = 1",
    /The result of a bulk action ent_\S+ is in the log but not in the table/,
  ],
  [
    "two items have each other's entry",
    "entry_id = (select o.entry_id from bulk_result o where o.bulk_id = bulk_result.bulk_id and o.outcome = 'done' and o.n <> bulk_result.n order by o.n limit 1) where outcome = 'done'",
    /its item is crt_\S+ in the table, but crt_/,
  ],
  ["when it was done", "at = at - interval '1 day' where n = 1", /its date is/],
])("%s: it is named", async (_what, change, finding) => {
  await quietly("drop table if exists kept", "create table kept as select * from bulk_result");
  const at = change.lastIndexOf(" where ");
  const [set, where] = [change.slice(0, at), change.slice(at + 7)];
  await quietly(`update bulk_result set ${set} where bulk_id = '${revoked}' and ${where}`);
  const found = await problems();
  await quietly("delete from bulk_result", "insert into bulk_result select * from kept");
  expect(found.join("\n")).toMatch(finding);
  expect(await problems()).toEqual([]);
});

test("a result that is removed is named", async () => {
  await quietly("drop table if exists kept", "create table kept as select * from bulk_result");
  await quietly(`delete from bulk_result where bulk_id = '${revoked}' and n = 1`);
  const found = await problems();
  await quietly("delete from bulk_result", "insert into bulk_result select * from kept");
  expect(found).toEqual([
    expect.stringMatching(/result of a bulk action ent_\S+ is in the log but not in the table/),
  ]);
});
