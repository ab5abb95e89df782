import { describe, expect, test } from "vitest";
import { parseEntryText } from "./search-tokens";

const deepest = 32;
const objects = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const arrays = (levels: number): string =>
  `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;

describe("an entry's text", () => {
  test.each([objects, arrays])("is read when it has as many levels as are allowed", (nested) => {
    expect(parseEntryText(nested(deepest))).toEqual(JSON.parse(nested(deepest)));
  });

  test.each([objects, arrays])("is nothing when it has one level more", (nested) => {
    expect(parseEntryText(nested(deepest + 1))).toBeNull();
  });

  test("is nothing when only one member of many is too deep", () => {
    const members = Array.from({ length: 40 }, (_none, n) => `"m${n}":[]`).join();
    expect(parseEntryText(`{${members},"z":${objects(deepest)}}`)).toBeNull();
  });

  test("is read with any number of brackets next to each other, or in strings", () => {
    const wide = { list: Array.from({ length: 500 }, () => [{}]), text: "[{".repeat(500) };
    expect(parseEntryText(JSON.stringify(wide))).toEqual(wide);
  });

  test.each(["[]", "null", "7", '"{"', "", "{", '{"a":1}}', "[[[[", '{"a":1}[]'])(
    "%j is nothing, because it is no object",
    (text) => {
      expect(parseEntryText(text)).toBeNull();
    },
  );
});
