import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPublishingLog, type PublishingLog } from "@/testing/log/publish/pipeline-fixture";
import { checkSignerState } from "./signer-state-check";
import { checkLog } from "./log-checks";

let fixture: PublishingLog;
const signerState = () =>
  checkSignerState("/nowhere", {
    NODE_ENV: "test",
    CHANCERY_WITNESS_DIR: fixture.harness.witnessDir,
  });
const log = async () => (await checkLog(fixture.harness.urls.appUrl))[0];
beforeAll(async () => {
  fixture = await openPublishingLog();
});
afterAll(async () => {
  await fixture.close();
});

test("before the first start neither the log nor the signer state fails", async () => {
  expect(signerState()).toMatchObject({
    state: "info",
    detail: expect.stringMatching(/creates it with the first checkpoint/),
  });
  expect(await log()).toMatchObject({
    state: "info",
    detail: expect.stringMatching(/gives the log a name and a key when it starts/),
  });
  expect(await checkLog(undefined)).toEqual([]);
});

test("a published log is reported with its sizes, and so is the signer state", async () => {
  fixture.start();
  const size = await fixture.published();
  expect(await log()).toMatchObject({
    state: "ok",
    detail: expect.stringContaining(
      `${size} entries, ${size} covered by the last published checkpoint`,
    ),
  });
  expect(signerState()).toMatchObject({
    state: "ok",
    detail: expect.stringMatching(
      new RegExp(`ca\\.example\\.com/log/[0-9a-f]{8} \\(${size} entries\\)`),
    ),
  });
});

test("a damaged signer state, a missing guard and a halt each fail, with the fix", async () => {
  const stray = join(fixture.harness.witnessDir, `${"0".repeat(64)}.checkpoint`);
  writeFileSync(stray, "rubbish");
  expect(signerState()).toMatchObject({
    state: "fail",
    detail: expect.stringMatching(/Restore the file from a backup/),
  });
  await fixture.harness.asSuper("alter table tlog.entry_p000000 disable trigger no_change");
  expect(await log()).toMatchObject({
    state: "fail",
    detail: expect.stringMatching(/entry_p000000 has no guards/),
  });
  await fixture.harness.asSuper("alter table tlog.entry_p000000 enable always trigger no_change");
  await fixture.stopAll();
  await fixture.harness.asSuper(
    `alter table tlog.head disable trigger needs_entry; update tlog.head set halted = '{"message":"40 entries are missing"}'; alter table tlog.head enable always trigger needs_entry`,
  );
  expect(await log()).toMatchObject({ state: "fail", detail: "Halted: 40 entries are missing" });
});
