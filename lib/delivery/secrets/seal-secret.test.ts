import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { nextRetry } from "@/lib/delivery/delivery-worker";
import { openSecret, sealSecret } from "./seal-secret";

const key = randomBytes(32);
const random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) };
const sealed = sealSecret(key, "dst_1", "päss word", random);

test("a secret opens under its key and in its row", () => {
  expect(openSecret(key, "dst_1", sealed)).toBe("päss word");
});
test("the same secret is never sealed to the same bytes", () => {
  expect(sealSecret(key, "dst_1", "päss word", random)).not.toEqual(sealed);
});
test.each([
  ["another key", () => openSecret(randomBytes(32), "dst_1", sealed)],
  ["another destination", () => openSecret(key, "dst_2", sealed)],
  [
    "a changed byte",
    () =>
      openSecret(
        key,
        "dst_1",
        sealed.map((byte, at) => (at === 20 ? byte ^ 1 : byte)),
      ),
  ],
  ["a cut", () => openSecret(key, "dst_1", sealed.subarray(0, sealed.length - 1))],
  ["another version", () => openSecret(key, "dst_1", Uint8Array.of(2, ...sealed.subarray(1)))],
  ["nothing", () => openSecret(key, "dst_1", new Uint8Array())],
])("%s does not open it, and the refusal holds nothing of it", (_, open) => {
  expect(open).toThrow(
    expect.objectContaining({
      code: "destination.secret-unreadable",
      message: expect.not.stringContaining("päss") as string,
    }) as Error,
  );
});

test("retries come soon at first, then each hour, and end after a day", () => {
  const made = new Date("2026-11-23T00:00:00Z");
  const waits: number[] = [];
  let now = made;
  for (let n = 1; ; n++) {
    const next = nextRetry(n, made, now);
    if (next === null) break;
    waits.push((next.getTime() - now.getTime()) / 1000);
    now = next;
  }
  expect(waits.slice(0, 7)).toEqual([1, 5, 30, 120, 600, 3600, 3600]);
  expect(waits).toHaveLength(28);
  expect(nextRetry(1, made, new Date("2026-11-25T00:00:00Z"))).toBeNull();
});
