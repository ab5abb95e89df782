import { describe, expect, test } from "vitest";
import { sourceRange, isCanonicalText, isCanonicalEntry } from "./canonical-scan";

const scan = (text: string): boolean => {
  const bytes = Buffer.from(`:${text}}\n`);
  return isCanonicalEntry(bytes, 1, bytes.length - 2);
};

const canonical = [
  `{}`,
  `{"a":1}`,
  `{"a":[],"b":{}}`,
  `{"a":[1,2,{"b":null}],"c":"d"}`,
  `{"a":true,"aa":false,"b":null}`,
  `{"A":0,"a":-1,"b":123456789012345}`,
  `{"a":"é\u{1f600}\u007f"}`,
  `{"a":{"b":{"c":{}}},"b":"x"}`,
  `{"":1,"a":2}`,
  `{"a":"\\""}`,
  `{"a":"\\\\"}`,
  `{"a":"x\\b\\f\\n\\r\\ty"}`,
  `{"a":"\\u0000\\u0001\\u0007\\u000b\\u000e\\u000f\\u0010\\u001f"}`,
  `{"a":"\\\\","b":"\\"\\\\"}`,
  `{"1":1,"10":2,"2":3}`,
  `{"a":[[],[[]],{}]}`,
];
/** Canonical, or not, but nothing that the quick look decides. */
const undecided = [`{"a":1.5}`, `{"é":1}`, `{"a":1e+21}`, `{"a":1234567890123456}`, `{"a\\n":1}`];
const wrong = [
  `{"b":1,"a":2}`,
  `{"a":1,"a":1}`,
  `{"ab":1,"a":2}`,
  `{ "a":1}`,
  `{"a": 1}`,
  `{"a":1 }`,
  `{"a":01}`,
  `{"a":-0}`,
  `{"a":1.0}`,
  `{"a":1e2}`,
  `{"a":+1}`,
  `{"a":"\\u0061"}`,
  `{"a":"\\/"}`,
  `{"a":"\\u000a"}`,
  `{"a":"\\u0008"}`,
  `{"a":"\\u000d"}`,
  `{"a":"\\u000B"}`,
  `{"a":"\\u001F"}`,
  `{"a":"\\u0020"}`,
  `{"a":"\\u001"}`,
  `{"a":"\\x"}`,
  `{"a":"\\"}`,
  `{"a":"\\u0009"}`,
  `{"a":"\\u000c"}`,
  `{"a":"\\u007f"}`,
  `{"a":"\\ud83d\\ude00"}`,
  `{"a":"\\N"}`,
  `{"a":"\t"}`,
  `{"a":nul}`,
  `{"a":tru}`,
  `{"a":fals}`,
  `{"a"}`,
  `{"a":}`,
  `{a:1}`,
  `{'a':1}`,
  `{"a":1,}`,
  `{,}`,
  `{"a":[1,]}`,
  `{"a":[,1]}`,
  `{"a":[1}`,
  `{"a":{"b":1]}`,
  `{"a":1}}`,
  `{"a":1`,
  `{"a":"b`,
  `{"a`,
  `{`,
  ``,
  `[]`,
  `1`,
  `"a"`,
  `null`,
  `{"a":1}{}`,
  `{"a":1}x`,
  `x{"a":1}`,
  `{"a":-}`,
  `{"a":--1}`,
  `{"a":1 ,"b":2}`,
  `{"a":"x""b":1}`,
  `{"a":1"b":2}`,
  `{"a":Infinity}`,
  `{"a":NaN}`,
  `{"a":undefined}`,
  `{"1":1,"2":2,"10":3}`,
  `{"a":{"z":1,"y":2}}`,
  `{"a":[{"z":1,"y":2}]}`,
];

test.each(canonical)("%s is seen to be canonical at once", (text) => {
  expect([scan(text), isCanonicalText(text)]).toEqual([true, true]);
});

test.each(undecided)("%s is left to the thorough look", (text) => {
  expect(scan(text)).toBe(false);
});

test.each([
  `{"a":"\\""}`,
  `{"a":1.5}`,
  `{"é":1}`,
  `{"a":1e+21}`,
  `{"a\\n":1}`,
  `{"\u{1f600}":1,"\ufb33":2}`,
])("%s passes the thorough look", (text) => {
  expect(isCanonicalText(text)).toBe(true);
});

test.each(wrong.filter((text) => !/^(\[\]|1|"a"|null)$/.test(text)))(
  "%s is not canonical, for either look",
  (text) => {
    expect([scan(text), isCanonicalText(text)]).toEqual([false, false]);
  },
);

test.each(["[]", "1", `"a"`, "null"])("%s is no object", (text) => {
  expect(scan(text)).toBe(false);
});

test("text that nests deeper than real entries is left to the full check, and terminates", () => {
  const deep = `{"a":${"[".repeat(200)}${"]".repeat(200)}}`;
  expect([scan(deep), isCanonicalText(deep)]).toEqual([false, true]);
});

test("no change of one byte to a canonical text is called canonical unless it is", () => {
  const text = `{"a":{"b":[1,"x",null],"c":true},"src":{"boot":"b","id":"i","seq":12},"v":1}`;
  const changes = text
    .split("")
    .flatMap((_char, at) =>
      `{}[]":,0129-aeb z\\\t`
        .split("")
        .map((char) => text.slice(0, at) + char + text.slice(at + 1)),
    );
  const passed = changes.filter(scan);
  expect(passed.filter((changed) => !isCanonicalText(changed))).toEqual([]);
  expect(passed.length).toBeGreaterThan(100);
});

describe("the member src", () => {
  const sourceOf = (text: string): string | null => {
    const bytes = Buffer.from(`:${text}}\n`);
    isCanonicalEntry(bytes, 1, bytes.length - 2);
    return sourceRange.from < 0 ? null : bytes.toString("utf8", sourceRange.from, sourceRange.to);
  };
  test.each([
    [`{"a":1,"src":{"boot":"b","id":"i","seq":1},"v":1}`, `{"boot":"b","id":"i","seq":1}`],
    [`{"src":{"a":{"b":{}}}}`, `{"a":{"b":{}}}`],
    [`{"a":{"src":1},"b":2}`, null],
    [`{"a":[{"src":{}}]}`, null],
    [`{"a":1}`, null],
  ])("of %s", (text, expected) => {
    expect(sourceOf(text)).toBe(expected);
  });
});
