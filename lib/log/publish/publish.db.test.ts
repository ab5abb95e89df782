import { existsSync, statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newestCheckpoint } from "../tree-reader";
import { faultsOf, openStand, type Stand } from "./testdata/stand";

let stand: Stand;
beforeEach(async () => {
  stand = await openStand();
});
afterEach(async () => {
  await stand.close();
});

describe("the pipeline", () => {
  test("opens the first log with its entry and publishes a checkpoint of it, which the signer remembers in a file for its owner alone", async () => {
    stand.start();
    const size = await stand.published();
    expect(size).toBeGreaterThan(0);
    const [log] = await stand.house.asSuper("select * from tlog.log");
    expect(log).toMatchObject({ generation: 1, start_size: "0", previous_note: null });
    expect(log?.["origin"]).toMatch(/^ca\.example\.com\/log\/[0-9a-f]{8}$/);
    expect(
      (await stand.house.entriesOf(String(log?.["origin"]))).map(({ action }) => action),
    ).toEqual(["log.opened"]);
    expect(await stand.house.deps.signer.remembered(String(log?.["origin"]))).toBe(
      (await newestCheckpoint(stand.house.deps.db))?.note,
    );
    expect(existsSync(stand.house.witnessDir)).toBe(true);
    expect(statSync(stand.house.witnessDir).mode & 0o777).toBe(0o700);
    expect(await faultsOf(stand)).toEqual([]);
    expect(stand.errors).toEqual([]);
  });

  test("grows in odd batches to the tree that is computed from scratch, and publishes nothing while nothing grows", async () => {
    const sizes: number[] = [];
    stand.start({ onPublished: (size) => sizes.push(size) });
    for (const count of [1, 3, 250, 2, 300, 77, 1]) {
      await stand.write(count);
      await stand.published();
    }
    expect(await faultsOf(stand)).toEqual([]);
    expect(sizes).toEqual([...new Set(sizes)].sort((left, right) => left - right));
    expect(stand.errors).toEqual([]);
  });
});
