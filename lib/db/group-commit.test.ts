import { describe, expect, test } from "vitest";
import { makeGroupCommit } from "./group-commit";

/** Work that finishes only when told; it shows which batches were made. */
function heldWork() {
  const batches: number[][] = [];
  const finish: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const work = async (items: readonly number[]): Promise<number[]> => {
    batches.push([...items]);
    most = Math.max(most, ++running);
    await new Promise<void>((done) => finish.push(done));
    running -= 1;
    return items.map((item) => item * 10);
  };
  const finishAll = async (): Promise<void> => {
    while (finish.length > 0) {
      finish.shift()?.();
      await new Promise((done) => setImmediate(done));
    }
  };
  return { batches, work, finishAll, most: () => most };
}
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

describe("who waits too long for a turn", () => {
  test("work that waits longer than the limit is refused without being started, and the rest of its batch is done", async () => {
    const held = heldWork();
    const add = makeGroupCommit<number, number>({ maxBatch: 10, maxWaitMs: 30, work: held.work });
    const first = add(1);
    await turn();
    const late = add(2).then(
      () => "done",
      (error: unknown) => String(error),
    );
    await new Promise((done) => setTimeout(done, 40));
    const fresh = add(3);
    await held.finishAll();
    await held.finishAll();
    expect(await first).toBe(10);
    expect(await late).toContain("too long");
    expect(await fresh).toBe(30);
    expect(held.batches).toEqual([[1], [3]]);
  });
  test("without a limit no work is refused for waiting", async () => {
    const held = heldWork();
    const add = makeGroupCommit<number, number>({ maxBatch: 10, work: held.work });
    const first = add(1);
    await turn();
    const second = add(2);
    await new Promise((done) => setTimeout(done, 40));
    await held.finishAll();
    await held.finishAll();
    expect([await first, await second]).toEqual([10, 20]);
  });
});

describe("a group commit", () => {
  test("gives a lone caller its answer at once, in a batch of one", async () => {
    const add = makeGroupCommit<number, number>({
      maxBatch: 10,
      work: (items) => Promise.resolve(items.map((item) => item + 1)),
    });
    expect(await add(1)).toBe(2);
  });

  test("puts everything that came while a batch was under way into the next one", async () => {
    const held = heldWork();
    const add = makeGroupCommit<number, number>({ maxBatch: 10, work: held.work });
    const first = add(1);
    await turn();
    const rest = [add(2), add(3), add(4)];
    await turn();
    expect(held.batches).toEqual([[1]]);
    await held.finishAll();
    expect(await Promise.all([first, ...rest])).toEqual([10, 20, 30, 40]);
    expect(held.batches).toEqual([[1], [2, 3, 4]]);
  });

  test("never makes a batch larger than allowed, nor more at once than it has lanes", async () => {
    const held = heldWork();
    const add = makeGroupCommit<number, number>({ maxBatch: 2, concurrency: 2, work: held.work });
    const all = Array.from({ length: 7 }, (_, n) => add(n));
    await turn();
    await held.finishAll();
    expect(await Promise.all(all)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(Math.max(...held.batches.map((batch) => batch.length))).toBe(2);
    expect(held.most()).toBeLessThanOrEqual(2);
  });

  test("fails every waiter of a batch that fails, and none of the next", async () => {
    let calls = 0;
    const add = makeGroupCommit<number, number>({
      maxBatch: 2,
      work: (items) =>
        ++calls === 1 ? Promise.reject(new Error("disk full")) : Promise.resolve([...items]),
    });
    const results = await Promise.allSettled([add(1), add(2), add(3)]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(await add(4)).toBe(4);
  });

  test("takes it for a failure when the work answers fewer than were asked", async () => {
    const add = makeGroupCommit<number, number>({ maxBatch: 5, work: () => Promise.resolve([]) });
    await expect(add(1)).rejects.toThrow(/answered with 0/);
  });
});

describe("a batch that comes while another runs", () => {
  const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
  const begin = (overlapAfterMs: number) => {
    const held = heldWork();
    const { work } = held;
    const add = makeGroupCommit<number, number>({
      maxBatch: 3,
      concurrency: 2,
      overlapAfterMs,
      work,
    });
    return { held, add };
  };

  test("does not begin for items that have just come: they make one larger batch afterwards", async () => {
    const { held, add } = begin(60_000);
    const first = add(1);
    await turn();
    const rest = [add(2)];
    await turn();
    rest.push(add(3));
    await turn();
    expect(held.batches).toEqual([[1]]);
    await held.finishAll();
    expect(await Promise.all([first, ...rest])).toEqual([10, 20, 30]);
    expect(held.batches).toEqual([[1], [2, 3]]);
  });

  test("begins once an item has waited, so that one batch that hangs holds up no other", async () => {
    const { held, add } = begin(20);
    const hanging = add(1);
    await turn();
    const next = [add(2), add(3)];
    await pause(60);
    expect(held.batches).toEqual([[1], [2, 3]]);
    const last = add(4);
    await pause(60);
    expect(held.batches).toHaveLength(2);
    await held.finishAll();
    expect(await Promise.all([hanging, ...next, last])).toEqual([10, 20, 30, 40]);
  });

  test("begins for what came in the same turn and did not fit, with no later item to start it", async () => {
    const { held, add } = begin(20);
    const all = [1, 2, 3, 4, 5].map(add);
    await pause(60);
    expect(held.batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    await held.finishAll();
    expect(await Promise.all(all)).toEqual([10, 20, 30, 40, 50]);
  });

  test("begins at once when it is full", async () => {
    const { held, add } = begin(60_000);
    const first = add(1);
    await turn();
    const rest = [add(2), add(3), add(4), add(5)];
    await turn();
    expect(held.batches).toEqual([[1], [2, 3, 4]]);
    await held.finishAll();
    expect(await Promise.all([first, ...rest])).toEqual([10, 20, 30, 40, 50]);
  });
});
