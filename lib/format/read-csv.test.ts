import { describe, expect, test } from "vitest";
import { readCsv } from "./read-csv";

const fieldsOf = (text: string) => readCsv(text).map(({ fields }) => fields);

describe("a CSV text is read", () => {
  test.each([
    [
      "with commas",
      "a,b\r\nc,d\r\n",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    [
      "with semicolons",
      "a;b\nc;d,e",
      [
        ["a", "b"],
        ["c", "d,e"],
      ],
    ],
    [
      "with quoted separators, quotes and line breaks",
      '"a,1","say ""x""","l1\nl2"\n',
      [["a,1", 'say "x"', "l1\nl2"]],
    ],
    ["with a byte order mark", "\uFEFFa,b", [["a", "b"]]],
    ["with empty fields at both ends", ",a,", [["", "a", ""]]],
    ["without its empty lines", "\n\na\n,\nb\n", [["a"], ["b"]]],
    ["with a quote inside a field as it is", 'a"b,c', [['a"b', "c"]]],
    ["with an unclosed quote to the end", '"a,b\nc', [["a,b\nc"]]],
    ["empty", "", []],
  ])("%s", (_what, text, expected) => {
    expect(fieldsOf(text)).toEqual(expected);
  });

  test("and each record has the number of its first line", () => {
    expect(readCsv('h\n"a\nb"\n\nc').map(({ line }) => line)).toEqual([1, 2, 5]);
  });
});
