import { describe, expect, test } from "vitest";
import { randomBytes } from "./random-bytes";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("randomness", () => {
  test.each([0, 1, 10, 26, 64, 65, 5_000])("%i octets are as many as asked for", (count) => {
    expect(randomBytes(count)).toHaveLength(count);
  });

  test("no octets are given out twice, over many draws and across their ends", () => {
    const seen = new Set(
      Array.from({ length: 5_000 }, (_none, at) =>
        hex(randomBytes(16 + (at % 11)).subarray(0, 16)),
      ),
    );
    expect(seen.size).toBe(5_000);
  });

  test("random bytes are never the zeros that replace bytes already given out", () => {
    const zeros = Array.from({ length: 2_000 }, () => randomBytes(26)).filter((bytes) =>
      bytes.every((octet) => octet === 0),
    );
    expect(zeros).toEqual([]);
  });

  test("what one was given shares no memory with what others get", () => {
    expect([randomBytes(16), randomBytes(26)].map(({ buffer }) => buffer.byteLength)).toEqual([
      16, 26,
    ]);
  });

  test("every value of an octet turns up about as often as the others", () => {
    const counts = new Uint32Array(256);
    for (let draw = 0; draw < 10_000; draw++)
      for (const octet of randomBytes(26)) counts[octet]! += 1;
    // 260,000 octets: about 1,016 each, with a standard deviation of about 32; eight of them is
    // beyond chance.
    expect(Math.min(...counts)).toBeGreaterThan(760);
    expect(Math.max(...counts)).toBeLessThan(1_272);
  });
});
