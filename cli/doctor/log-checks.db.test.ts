import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStand, type Stand } from "@/lib/log/publish/testdata/stand";
import { checkLog } from "./log-checks";
import { checkMemory } from "./memory-check";

let stand: Stand;
const memory = () =>
  checkMemory("/nowhere", { NODE_ENV: "test", CHANCERY_WITNESS_DIR: stand.house.witnessDir });
const log = async () => (await checkLog(stand.house.urls.appUrl))[0];
beforeAll(async () => {
  stand = await openStand();
});
afterAll(async () => {
  await stand.close();
});

test("before the first start nothing is wrong with log or memory", async () => {
  expect(memory()).toMatchObject({
    state: "note",
    detail: expect.stringMatching(/made when the first checkpoint is signed/),
  });
  expect(await log()).toMatchObject({
    state: "note",
    detail: expect.stringMatching(/gets its name and key when the door starts/),
  });
  expect(await checkLog(undefined)).toEqual([]);
});

test("a log that is published is told with its sizes, and so is what is remembered of it", async () => {
  stand.start();
  const size = await stand.published();
  expect(await log()).toMatchObject({
    state: "ok",
    detail: expect.stringContaining(`${size} entries, ${size} under the last published checkpoint`),
  });
  expect(memory()).toMatchObject({
    state: "ok",
    detail: expect.stringMatching(
      new RegExp(`remembers ca\\.example\\.com/log/[0-9a-f]{8} with ${size} entries`),
    ),
  });
});

test("a damaged memory, a missing guard and a halt are each bad, with what to do", async () => {
  const stray = join(stand.house.witnessDir, `${"0".repeat(64)}.checkpoint`);
  writeFileSync(stray, "rubbish");
  expect(memory()).toMatchObject({
    state: "bad",
    detail: expect.stringMatching(/put it back from a backup/),
  });
  await stand.house.asSuper("alter table tlog.entry_p000000 disable trigger no_change");
  expect(await log()).toMatchObject({
    state: "bad",
    detail: expect.stringMatching(/entry_p000000 lacks guards/),
  });
  await stand.house.asSuper("alter table tlog.entry_p000000 enable always trigger no_change");
  await stand.stopAll();
  await stand.house.asSuper(`update tlog.head set halted = '{"message":"40 entries are missing"}'`);
  expect(await log()).toMatchObject({ state: "bad", detail: "halted: 40 entries are missing" });
});
