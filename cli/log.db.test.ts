import { afterEach, beforeEach, expect, test } from "vitest";
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

test.each([
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
