import { afterEach, beforeEach, expect, test } from "vitest";
import { verifyIndex } from "@/lib/log/live/check-index";
import { rebuildIndex } from "@/lib/log/publish/rebuild-index";
import { adminActor } from "@/testing/actors";
import { refusalOf } from "@/testing/ca/requests";
import {
  goBackTo,
  openPublishingLog,
  type PublishingLog,
  unguarded,
  until,
} from "@/testing/log/publish/pipeline-fixture";
import { UsageError } from "./command";
import { runLog } from "./log";

let fixture: PublishingLog, output: string;
const run = (...args: string[]) =>
  runLog(fixture.harness.deps, args, (text) => {
    output += text;
  });
beforeEach(async () => {
  fixture = await openPublishingLog();
  output = "";
  fixture.start();
  await fixture.write(10);
  await fixture.published();
});
afterEach(async () => {
  await fixture.close();
});

test("state prints the state of a healthy log, and continue is refused", async () => {
  expect(await run("state")).toBe(0);
  // The log's key and its opening, and ten.
  expect(output).toMatch(/^12 entries, 12 covered by a published checkpoint \(.*Z\), 0 waiting\n$/);
  expect((await refusalOf(run("continue", "--comment", "why not"))).code).toBe("log.not-halted");
});

test("a log whose accounts were lost too is continued from the command line, and the audit log names the actor", async () => {
  await fixture.stopAll();
  await goBackTo(fixture, 0);
  await unguarded(fixture, ["delete from tlog.checkpoint", "delete from tlog.log"]);
  fixture.start();
  await until(
    async () => (await fixture.harness.asSuper("select halted from tlog.head"))[0]?.["halted"],
  );
  expect(await run("state")).toBe(1);
  expect(output).toContain("Halted: The signer remembers the log");
  expect(await run("continue", "--comment", "a new database")).toBe(0);
  expect(output).toMatch(
    /continues as ca\.example\.com\/log\/[0-9a-f]{8} with 0 entries; 12 are missing\.\nVerifier key: ca\.example\.com/,
  );
  await fixture.published();
  const [first] = await fixture.harness.asSuper(
    "select convert_from(entry, 'UTF8')::jsonb as entry from tlog.entry where seq = 0",
  );
  expect(first?.["entry"]).toMatchObject({
    action: "log.continued",
    actor: { kind: "system", id: "command-line" },
    details: { comment: "a new database" },
  });
});

/** The index as it is stored, byte for byte. */
const index = () =>
  fixture.harness.asSuper(
    "select low, high, encode(root, 'hex') as root, (select encode(sha256(string_agg(first || body, ''::bytea order by first)), 'hex') from (select * from tlog.page union all select * from tlog.page_fresh) p where p.segment = s.id) as pages from tlog.segment s order by low",
  );
const rebuilds = async () =>
  (
    await fixture.harness.asSuper(
      "select convert_from(entry, 'UTF8')::jsonb as entry from tlog.entry where position('\"index.rebuilt\"'::bytea in entry) > 0 order by seq",
    )
  ).map(({ entry }) => entry);
const indexedAll = () =>
  until(
    async () =>
      (
        await fixture.harness.asSuper(
          "select upto = size and not exists (select from tlog.inbox) as done from tlog.head, tlog.indexed",
        )
      )[0]?.["done"],
  );

test("rebuild-index puts damaged pages right while the log goes on, and the audit log names the actor", async () => {
  await indexedAll();
  const before = await index();
  await fixture.harness.asSuper(
    "update tlog.page_fresh set body = '\\x00' where first > '\\x00ffff'",
  );
  expect(await index()).not.toEqual(before);
  expect(await run("rebuild-index")).toBe(0);
  expect(output).toBe("The search index of the entries 0 to 11 is rebuilt.\n");
  await indexedAll();
  expect((await index()).at(0)).toMatchObject({ low: "0" });
  expect((await verifyIndex(fixture.harness.deps.db)).problems).toEqual([]);
  expect(await rebuilds()).toEqual([
    expect.objectContaining({
      actor: expect.objectContaining({ kind: "system", id: "command-line" }),
      details: { how: "in-place", low: 0, high: 12 },
    }),
  ]);
});

test("rebuild-index says what it can't do in its place, and --discard builds it from the first entry", async () => {
  await indexedAll();
  await fixture.harness.asSuper("delete from tlog.segment where low = 0");
  expect(await run("rebuild-index")).toBe(1);
  expect(output).toMatch(
    /^No segment covers the entries 0 to \d+, and a single one can't be added in between\.\nEverything else is rebuilt\. .*chancery log rebuild-index --discard\n$/,
  );
  output = "";
  expect(await run("rebuild-index", "--discard")).toBe(0);
  expect(output).toMatch(/^The search index of the entries 0 to \d+ is rebuilt\.\n$/);
  await indexedAll();
  expect((await verifyIndex(fixture.harness.deps.db)).problems).toEqual([]);
});

test("rebuild-index --part rebuilds a part each, and all parts are everything", async () => {
  expect(await run("rebuild-index", "--part", "1/2")).toBe(0);
  expect(await run("rebuild-index", "--part", "2/2")).toBe(0);
  await indexedAll();
  const ranges = (await rebuilds()).map((entry) => (entry as { details: unknown }).details);
  expect(ranges).toEqual([
    { how: "in-place", low: 0, high: expect.any(Number) },
    { how: "in-place", low: expect.any(Number), high: expect.any(Number) },
  ]);
});

test("rebuild-index --discard says that nothing is indexed if no Chancery runs", async () => {
  await indexedAll();
  await fixture.stopAll();
  const { deps } = fixture.harness;
  const { result } = await rebuildIndex(deps, adminActor(), { discard: true, stalledMs: 500 });
  expect(result).toEqual({
    low: 0,
    high: 0,
    refused: [expect.stringMatching(/no Chancery is running on this database/)],
  });
});

test.each([
  [["rebuild-index", "now"]],
  [["rebuild-index", "--part", "0/4"]],
  [["rebuild-index", "--part", "5/4"]],
  [["rebuild-index", "--part", "a"]],
  [["rebuild-index", "--part", "1/2", "--discard"]],
  [[]],
  [["halt"]],
  [["state", "now"]],
  [["continue"]],
  [["continue", "--comment", " "]],
  [["continue", "--why", "x"]],
  [["continue", "because"]],
])("invalid usage (%j) shows the usage", async (args) => {
  await expect(run(...args)).rejects.toThrow(UsageError);
  await expect(run(...args)).rejects.toThrow(/chancery log continue --comment REASON/);
});
