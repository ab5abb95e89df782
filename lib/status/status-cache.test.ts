import { expect, test } from "vitest";
import { makeStatusCache, statusOfRow } from "./status-cache";
import type { StatusRow } from "./types";

const serial = (n: number) => Uint8Array.from([1, n >> 8, n & 255, ...Array<number>(13).fill(7)]);
const row = (state: string, id = "crt_1"): StatusRow => ({
  certificateId: id,
  state,
  revokedAt: state === "issued" ? null : new Date(0),
  reason: null,
  notAfter: new Date(),
});

test("only an issued row is good; planned, failed and missing ones are unknown; a row without date is not revoked", () => {
  expect(statusOfRow(row("issued")).state).toBe("good");
  for (const other of [
    null,
    row("planned"),
    row("failed"),
    row("something"),
    { ...row("revoked"), revokedAt: null },
  ])
    expect(statusOfRow(other).state).toBe("unknown");
  expect(statusOfRow(row("held"))).toMatchObject({ state: "revoked", reason: "certificateHold" });
  expect(statusOfRow(row("revoked"))).toMatchObject({ state: "revoked", reason: "unspecified" });
});

test("the status cache keeps nothing while the log connection is lost, and earlier values are stale from then on", async () => {
  let reads = 0;
  const cache = makeStatusCache(async () => {
    reads += 1;
    return row("issued");
  }, 10);
  await cache.get("ca", serial(1));
  await cache.get("ca", serial(1));
  expect(reads).toBe(2);
  cache.setTrusted(true);
  const kept = await cache.get("ca", serial(1));
  expect(await cache.get("ca", serial(1))).toBe(kept);
  cache.setTrusted(false);
  expect(kept.stale).toBe(true);
});

test("a status read that was running when a change arrived is not cached", async () => {
  let answer: (value: StatusRow) => void = () => {};
  const cache = makeStatusCache(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
    10,
  );
  cache.setTrusted(true);
  const reading = cache.get("ca", serial(1));
  cache.invalidate("crt_1");
  answer(row("issued"));
  expect((await reading).stale).toBe(true);
  expect(cache.size()).toBe(0);
});

test("two reads of one serial share one record, so that one drop reaches both", async () => {
  const cache = makeStatusCache(async () => row("issued"), 10);
  cache.setTrusted(true);
  const [one, two] = await Promise.all([cache.get("ca", serial(1)), cache.get("ca", serial(1))]);
  cache.invalidate("crt_1");
  expect([one.stale, two.stale]).toEqual([true, true]);
});

test("unknown serials are never kept, and kept ones are bounded; what is pushed out is stale", async () => {
  let number = 0;
  const cache = makeStatusCache(
    async ({ serial: asked }) => (asked[2]! < 100 ? row("issued", `crt_${number++}`) : null),
    5,
  );
  cache.setTrusted(true);
  const first = await cache.get("ca", serial(0));
  for (let n = 1; n < 200; n += 1) await cache.get("ca", serial(n));
  expect(cache.size()).toBe(5);
  expect(first.stale).toBe(true);
});

test("the same serial of two issuers is two certificates", async () => {
  const cache = makeStatusCache(
    async ({ issuerId }) => (issuerId === "ca_1" ? row("issued") : row("revoked", "crt_2")),
    10,
  );
  cache.setTrusted(true);
  expect((await cache.get("ca_1", serial(1))).status.state).toBe("good");
  expect((await cache.get("ca_2", serial(1))).status.state).toBe("revoked");
});
