import { expect, test } from "vitest";
import { makeFairQueue, type QueuePlace } from "./fair-queue";

const limits = { concurrent: 1, waitingInGroup: 100, waiting: 100 };
const at = (narrow: string, wide = narrow, first = false): QueuePlace => ({ wide, narrow, first });

/** A queue whose work finishes when the test says; `order` is what ran, in its order. */
function fixture(over: Partial<typeof limits> = {}) {
  const queue = makeFairQueue({ ...limits, ...over }, () => new Error("full"));
  const order: string[] = [];
  const finishes: (() => void)[] = [];
  const outcomes: Promise<string>[] = [];
  const push = (name: string, place: QueuePlace): void => {
    const work = () =>
      new Promise<void>((resolve) => {
        order.push(name);
        finishes.push(resolve);
      });
    outcomes.push(
      queue.run(place, work).then(
        () => "ran",
        (error: Error) => error.message,
      ),
    );
  };
  const drain = async (): Promise<void> => {
    for (let idle = 0; idle < 20; idle++) {
      const finish = finishes.shift();
      if (finish) idle = 0;
      finish?.();
      await Promise.resolve();
    }
  };
  return { queue, order, push, drain, outcomes: () => Promise.all(outcomes) };
}

test("one network that sends a hundred delays another by one turn", async () => {
  const { push, order, drain } = fixture();
  for (let i = 0; i < 90; i++) push(`flood-${i}`, at("203.0.113.9"));
  push("person", at("192.0.2.7"));
  await drain();
  expect(order.indexOf("person")).toBeLessThanOrEqual(2);
  expect(order).toHaveLength(91);
});

test("networks inside one wide network share its turn", async () => {
  const { push, order, drain } = fixture();
  for (let i = 0; i < 50; i++) push(`flood-${i}`, at(`2001:db8:1:${i}::/64`, "2001:db8:1::/48"));
  push("person", at("192.0.2.7", "192.0.2.0/24"));
  await drain();
  expect(order.indexOf("person")).toBeLessThanOrEqual(2);
});

test("within one wide network, the narrow ones take turns, too", async () => {
  const { push, order, drain } = fixture();
  for (let i = 0; i < 50; i++) push(`flood-${i}`, at("192.0.2.66", "192.0.2.0/24"));
  push("person", at("192.0.2.7", "192.0.2.0/24"));
  await drain();
  expect(order.indexOf("person")).toBeLessThanOrEqual(2);
});

test("work that goes first overtakes a thousand networks with one each", async () => {
  const { push, order, drain } = fixture({ waiting: 2_000 });
  for (let i = 0; i < 1_000; i++) push(`flood-${i}`, at(`network-${i}`));
  push("person", at("192.0.2.7", "192.0.2.0/24", true));
  await drain();
  expect(order.indexOf("person")).toBe(1);
});

test("a group has only so many places, and the others still get theirs", async () => {
  const { push, drain, outcomes } = fixture({ waitingInGroup: 3 });
  for (let i = 0; i < 10; i++) push(`flood-${i}`, at("203.0.113.9"));
  push("person", at("192.0.2.7"));
  await drain();
  const results = await outcomes();
  expect(results.filter((result) => result === "full")).toHaveLength(6);
  expect(results.at(-1)).toBe("ran");
});

test("in a full queue the network that waits with the most gives way to one that waits with less", async () => {
  const { push, drain, outcomes, order } = fixture({ waiting: 10 });
  for (let i = 0; i < 11; i++) push(`flood-${i}`, at("203.0.113.9"));
  push("person", at("192.0.2.7"));
  push("known", at("192.0.2.8", "192.0.2.8", true));
  push("flood-again", at("203.0.113.9"));
  await drain();
  expect(order).toEqual(expect.arrayContaining(["person", "known"]));
  expect((await outcomes()).filter((result) => result === "full")).toHaveLength(3);
  expect(order).not.toContain("flood-again");
});

test("a queue full of single ones turns the next away and never the ones that go first", async () => {
  const { push, drain, outcomes } = fixture({ waiting: 3 });
  for (let i = 0; i < 4; i++) push(`known-${i}`, at(`n-${i}`, `n-${i}`, true));
  push("other", at("192.0.2.7"));
  push("known", at("192.0.2.8", "192.0.2.8", true));
  await drain();
  expect(await outcomes()).toEqual(["ran", "ran", "ran", "ran", "full", "full"]);
});

test("no more runs at once than allowed, and work that fails frees its place", async () => {
  const queue = makeFairQueue({ ...limits, concurrent: 2 }, () => new Error("full"));
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    throw new Error("failed");
  };
  const all = Array.from({ length: 30 }, (_, i) => queue.run(at(`n-${i % 3}`), work));
  const results = await Promise.allSettled(all);
  expect(results.every((result) => result.status === "rejected")).toBe(true);
  expect(most).toBe(2);
  expect(running).toBe(0);
});
