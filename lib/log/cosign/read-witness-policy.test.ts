import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { emptyWitnessPolicy } from "@/lib/log/pure/witness-policy";
import { readWitnessPolicy } from "./read-witness-policy";

let dataFolder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), "chancery-policy-"));
});
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }));
const key = "w.example.com+3f0b1c2d+BAEtkBkPLxykRxJQDady9ZN8hai6nDyF4zH2v2TDCkGS";

test("without a witness policy file no witness is asked", () => {
  expect(readWitnessPolicy({ file: "", dataFolder })).toBe(emptyWitnessPolicy);
});

test("the file in the data folder counts, and a named one before it", () => {
  writeFileSync(
    join(dataFolder, "witness-policy"),
    `witness w ${key} http://w.example.com\nquorum w\n`,
  );
  expect(readWitnessPolicy({ file: "", dataFolder })).toMatchObject({
    quorum: "w",
    witnesses: [{ name: "w", url: "http://w.example.com" }],
  });
  writeFileSync(join(dataFolder, "named"), `witness v ${key}\nquorum none\n`);
  expect(readWitnessPolicy({ file: join(dataFolder, "named"), dataFolder })).toMatchObject({
    quorum: "none",
    witnesses: [{ name: "v" }],
  });
});

test("a named file that is not there is not the same as none", () => {
  expect(() => readWitnessPolicy({ file: join(dataFolder, "named"), dataFolder })).toThrow(
    /The witness policy .*named cannot be read/,
  );
});

test.each([
  ["", /no line "quorum/],
  ["quorum w\n", /Line 1 .*"w" is not defined/],
  [`witness w ${key}\nwitness w ${key}\nquorum w\n`, /Line 2 .*twice/],
  ["witness w rubbish\nquorum w\n", /Line 1/],
])("a witness policy that can't be parsed is refused with the line: %j", (text, words) => {
  writeFileSync(join(dataFolder, "witness-policy"), text);
  expect(() => readWitnessPolicy({ file: "", dataFolder })).toThrow(words);
});
