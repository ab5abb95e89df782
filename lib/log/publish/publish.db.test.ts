import { existsSync, statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findNewestCheckpoint } from "@/lib/log/tree/checkpoint-reader";
import {
  faultsOf,
  openPublishingLog,
  type PublishingLog,
} from "@/testing/log/publish/pipeline-fixture";

let fixture: PublishingLog;
beforeEach(async () => {
  fixture = await openPublishingLog();
});
afterEach(async () => {
  await fixture.close();
});

describe("the pipeline", () => {
  test("opens the first log with its entry and publishes a checkpoint of it, which the signer remembers in a file for its owner alone", async () => {
    fixture.start();
    const size = await fixture.published();
    expect(size).toBeGreaterThan(0);
    const [log] = await fixture.harness.asSuper("select * from tlog.log");
    expect(log).toMatchObject({ generation: 1, start_size: "0", previous_note: null });
    expect(log?.["origin"]).toMatch(/^ca\.example\.com\/log\/[0-9a-f]{8}$/);
    expect(
      (await fixture.harness.entriesOf(String(log?.["origin"]))).map(({ action }) => action),
    ).toEqual(["key.created", "log.opened"]);
    expect(await fixture.harness.deps.signer.remembered(String(log?.["origin"]))).toBe(
      (await findNewestCheckpoint(fixture.harness.deps.db))?.note,
    );
    expect(existsSync(fixture.harness.witnessDir)).toBe(true);
    expect(statSync(fixture.harness.witnessDir).mode & 0o777).toBe(0o700);
    expect(await faultsOf(fixture)).toEqual([]);
    expect(fixture.errors).toEqual([]);
  });

  test("grows in odd batches to the tree that is computed from scratch, and publishes nothing while nothing grows", async () => {
    const sizes: number[] = [];
    fixture.start({ onPublished: (size) => sizes.push(size) });
    for (const count of [1, 3, 250, 2, 300, 77, 1]) {
      await fixture.write(count);
      await fixture.published();
    }
    expect(await faultsOf(fixture)).toEqual([]);
    expect(sizes).toEqual([...new Set(sizes)].sort((left, right) => left - right));
    expect(fixture.errors).toEqual([]);
  });
});
