import { afterAll, beforeAll, expect, test } from "vitest";
import { recordEntry } from "@/lib/log/record/record-entry";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import { operatorActor } from "@/testing/actors";
import { readEntry } from "@/testing/log/entries";
import { type ExportedLog, openExportedLog } from "@/testing/log/exported-log";
import { foldExport } from "@/testing/log/fold-export";

let log: ExportedLog;
beforeAll(async () => {
  log = await openExportedLog();
});
afterAll(() => log.close());

/** Records entries without a pause while `work` runs. */
async function whileGrowing<T>(work: () => Promise<T>): Promise<T> {
  let goesOn = true;
  const writing = Promise.all(
    [0, 1, 2].map(async () => {
      while (goesOn) await recordEntry(log.deps.recorder, operatorActor({}), readEntry("/grow"));
    }),
  );
  try {
    return await work();
  } finally {
    goesOn = false;
    await writing;
  }
}

test("an export while the log grows is not refused because of what came after it, and holds each number once", async () => {
  await whileGrowing(async () => {
    for (let n = 0; n < 12; n++) {
      const { seqs, unsealed, end } = await foldExport(
        await log.exportText({}, "jsonl"),
        "export",
        log.published.key,
      );
      const found = [...seqs, ...unsealed];
      expect(found).toEqual(found.map((_seq, at) => at));
      expect(end).toEqual({ count: found.length, entries: found.length });
    }
  });
});

test("while the log grows, what was committed before is known to be indexed", async () => {
  const complete = await whileGrowing(async () => {
    const all: boolean[] = [];
    for (let n = 0; n < 20; n++) all.push((await awaitIndexed(log.deps.db, 10_000)).isComplete);
    return all;
  });
  expect(complete).toEqual(complete.map(() => true));
});

test("what is not indexed in time is not called complete", async () => {
  await whileGrowing(async () => {
    const { isComplete } = await awaitIndexed(log.deps.db, 0);
    expect(isComplete).toBe(false);
  });
});
