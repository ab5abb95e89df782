import { afterEach, beforeEach, expect, test } from "vitest";
import {
  goBackTo,
  openStand,
  unguarded,
  until,
  type Stand,
} from "@/lib/log/publish/testdata/stand";
import { refusalOf } from "@/server/signer/testing/requests";
import { UsageError } from "./command";
import { runLog } from "./log";

let stand: Stand, said: string;
const run = (...args: string[]) =>
  runLog(stand.house.deps, args, (text) => {
    said += text;
  });
beforeEach(async () => {
  stand = await openStand();
  said = "";
  stand.start();
  await stand.write(10);
  await stand.published();
});
afterEach(async () => {
  await stand.close();
});

test("the state of a sound log is told, and its continuation refused", async () => {
  expect(await run("state")).toBe(0);
  expect(said).toMatch(
    /^11 entries, 11 of them under a published checkpoint \(.*Z\), 0 waiting\n$/,
  );
  expect((await refusalOf(run("continue", "--comment", "why not"))).code).toBe("log.not-halted");
});

test("a log whose accounts were lost with it is continued from the command line, and the record names who did it", async () => {
  await stand.stopAll();
  await goBackTo(stand, 0);
  await unguarded(stand, ["delete from tlog.checkpoint", "delete from tlog.log"]);
  stand.start();
  await until(
    async () => (await stand.house.asSuper("select halted from tlog.head"))[0]?.["halted"],
  );
  expect(await run("state")).toBe(1);
  expect(said).toContain("halted: The signer remembers the log");
  expect(await run("continue", "--comment", "a new database")).toBe(0);
  expect(said).toMatch(
    /goes on as ca\.example\.com\/log\/[0-9a-f]{8} with 0 entries; 11 are missing\.\nIts verifier key: ca\.example\.com/,
  );
  await stand.published();
  const [first] = await stand.house.asSuper(
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
])("%j is explained", async (args) => {
  await expect(run(...args)).rejects.toThrow(UsageError);
  await expect(run(...args)).rejects.toThrow(/chancery log continue --comment WHY/);
});
