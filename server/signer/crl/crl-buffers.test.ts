import { expect, test } from "vitest";
import { makeCrlBuffers } from "./crl-buffers";

test("CRLs are written in turn to two buffers, once what was in them has been sent", () => {
  const buffers = makeCrlBuffers();
  const taken = Array.from({ length: 6 }, (_, n) => {
    const bytes = buffers.take(1_000 + n);
    buffers.keep()();
    return bytes;
  });
  expect(new Set(taken).size).toBe(2);
  expect(taken.every((bytes, n) => bytes !== taken[n + 1])).toBe(true);
});

test("nothing is written over a CRL that is still on its way, nor over the last one", () => {
  const buffers = makeCrlBuffers();
  const first = buffers.take(1_000);
  const sent = buffers.keep();
  const second = buffers.take(1_000);
  buffers.keep()();
  const third = buffers.take(1_000);
  expect(new Set([first, second, third]).size).toBe(3);
  buffers.keep()();
  sent();
  expect([first, third]).not.toContain(buffers.take(1_000));
});

test("a buffer that is too small is not used again", () => {
  const buffers = makeCrlBuffers();
  for (const length of [1_000, 1_000, 5_000, 9_000]) {
    expect(buffers.take(length).length).toBeGreaterThanOrEqual(length);
    buffers.keep()();
  }
});
