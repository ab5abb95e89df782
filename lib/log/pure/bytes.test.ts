import { expect, test } from "vitest";
import { concat, equalBytes, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from "./bytes";

const all = Uint8Array.from({ length: 256 }, (_none, at) => at);

test("hex and base64 are those of Node, both ways, for every byte and length", () => {
  for (let length = 0; length <= 256; length += 1) {
    const bytes = all.subarray(0, length);
    const node = Buffer.from(bytes);
    expect([toHex(bytes), toBase64(bytes)]).toEqual([
      node.toString("hex"),
      node.toString("base64"),
    ]);
    expect([fromHex(toHex(bytes)), fromBase64(toBase64(bytes))]).toEqual([bytes, bytes]);
  }
});

test.each(["0", "AB", "0g", " 00", "0x"])("%j is not hex", (text) => {
  expect(() => fromHex(text)).toThrow(expect.objectContaining({ code: "bytes.hex" }));
});

test.each([
  "A",
  "AA",
  "AAA",
  "AB==",
  "AAB=",
  "A===",
  "====",
  "AA==AA==",
  "AA-_",
  " AAA",
  "AAA\n",
  "AA=A",
])("%j is not canonical base64", (text) => {
  expect(() => fromBase64(text)).toThrow(expect.objectContaining({ code: "bytes.base64" }));
});

test("bytes that are not UTF-8 are refused, and a byte order mark stays", () => {
  expect(() => fromUtf8(Uint8Array.of(0xc3))).toThrow(
    expect.objectContaining({ code: "bytes.utf8" }),
  );
  expect(fromUtf8(utf8("\ufeffé\u{1f600}"))).toBe("\ufeffé\u{1f600}");
});

test("bytes are equal only if all of them are", () => {
  expect([
    equalBytes(all, concat(all.subarray(0, 9), all.subarray(9))),
    equalBytes(all, all.subarray(1)),
    equalBytes(all, all.with(255, 0)),
    equalBytes(new Uint8Array(), new Uint8Array()),
  ]).toEqual([true, false, false, true]);
});
