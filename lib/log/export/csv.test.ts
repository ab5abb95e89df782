import { expect, test } from "vitest";
import { csvField, csvHeader, isCsvHeader } from "./csv";

test.each([
  ["=1+1"],
  ["+1"],
  ["-1"],
  ["@SUM(A1)"],
  ["\t=1"],
  ["\r=1"],
  ["\n=1"],
  ["  =cmd|' /C calc'!A0"],
  ["＝1"],
  ["＋1"],
  ["－1"],
  ["＠a"],
  ["\u00a0=1"],
])("never leaves a formula in %j", (text) => {
  expect(csvField(text)).toMatch(/^"'/);
});

test.each([
  ["pay.example.com", '"pay.example.com"'],
  [null, '""'],
  [undefined, '""'],
  [812, '"812"'],
  ['say "no"', '"say ""no"""'],
  ["a,b\nc", '"a,b\nc"'],
  ["a=b", '"a=b"'],
])("writes %j as %s", (value, expected) => {
  expect(csvField(value)).toBe(expected);
});

test("a CSV begins with a byte order mark, and is recognized without it", () => {
  expect(Buffer.from(csvHeader).subarray(0, 3).toString("hex")).toBe("efbbbf");
  expect(isCsvHeader(csvHeader)).toBe(true);
  expect(isCsvHeader(csvHeader.slice(1))).toBe(true);
  expect(isCsvHeader(`x${csvHeader}`)).toBe(false);
  expect(isCsvHeader(`\uFEFF${csvHeader}`)).toBe(false);
});
