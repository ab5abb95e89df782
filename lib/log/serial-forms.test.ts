import { expect, test } from "vitest";
import { serialForms } from "./serial-forms";

test.each([
  ["3f:2A:9c", ["3f2a9c"]],
  ["3F 2A 9C", ["3f2a9c"]],
  ["3f-2a-9c", ["3f2a9c"]],
  ["0x3F2A9C", ["3f2a9c"]],
  ["00:ff", ["ff", "00ff"]],
  ["a1b", ["0a1b", "a1b"]],
  ["4660 (0x1234)", ["1234"]],
  // Digits alone are hexadecimal or decimal.
  ["4660", ["4660", "1234"]],
  ["0", ["00", "0"]],
  ["0x4660", ["4660"]],
  ["46:60", ["4660"]],
  [
    "83592843172847105672918456219845623817",
    ["83592843172847105672918456219845623817", "3ee3655ef71cd8aa4f579ba4dac58009"],
  ],
])("the serial number %j is searched for as %j", (text, forms) => {
  expect(serialForms(text)).toEqual(forms);
});

test.each([
  "",
  " ",
  "0x",
  "xyz",
  "12.5",
  "3f2a9g",
  "-5x",
  "a".repeat(65),
  "9".repeat(79),
  "4660 (0xzz)",
])("%j is not a serial number", (text) => {
  expect(serialForms(text)).toBeNull();
});
