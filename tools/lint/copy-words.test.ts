import { expect, test } from "vitest";
import { checkFile, findBannedWords } from "./copy-words.mjs";

const wordsIn = (text: string): string[] => findBannedWords(text).map(({ word }) => word);
const wordsOf = (path: string, source: string, comments = false): string[] =>
  checkFile(path, source, comments).map(({ word }) => word);

test.each([
  ["Mend what is marked below.", "Mend"],
  ["It stands on the record.", "stands"],
  ["The key lies next to the data.", "lies"],
  ["Published anew on each revocation.", "anew"],
  ["Whoever holds it signs in.", "Whoever"],
  ["This is for good.", "for good"],
  ["A key belongs to one identity for ever.", "for ever"],
  ["Latest acts", "acts"],
  ["Asks before an act that hurts.", "an act"],
  ["in force", "in force"],
  ["The file beside it.", "beside"],
  ["Somebody called it.", "Somebody"],
  ["Nobody edits them.", "Nobody"],
  ["open to anybody", "anybody"],
  ["The service is told.", "is told"],
  ["It hears of a refusal.", "hears"],
  ["a database of its own", "of its own"],
  ["keeps the rolls", "the rolls"],
  ["meets the door", "door"],
  ["E-mail address", "E-mail"],
  ["Choose a passphrase.", "passphrase"],
  ["Organisation", "Organisation"],
  ["The export was cancelled.", "cancelled"],
])("refuses %j", (text, word) => {
  expect(wordsIn(text)).toContain(word);
});

test.each([
  "CN stands for common name.",
  "A stand-in for the signer.",
  "for good reason",
  "It acts as a proxy.",
  "Act on the alert today.",
  "nobody@example.com",
  "The policy amendment was recommended.",
  "An outdoor sensor, besides two indoor ones.",
  "Recorded in the audit log as entry 812.",
  "Applies to all profiles.",
])("accepts %j", (text) => {
  expect(wordsIn(text)).toEqual([]);
});

test("looks at strings, templates and JSX text, and names their lines", () => {
  const source = [
    'const a = "It stands.";',
    "const b = `${a} anew`;",
    'const c = <p title="Mend it">',
    "  The door",
    "</p>;",
  ].join("\n");
  expect(checkFile("components/x.tsx", source).map(({ line, word }) => [line, word])).toEqual([
    [1, "stands"],
    [2, "anew"],
    [3, "Mend"],
    [4, "door"],
  ]);
});

test("leaves identifiers, import paths, codes, keys, types and class names alone", () => {
  const source = [
    'import { door } from "./the house";',
    'export * from "./beside the door";',
    'type Door = "The door";',
    'const stands = { "mend it": door, code: "door.closed" };',
    'const e = <p className="door Mend">{stands.code}</p>;',
  ].join("\n");
  expect(wordsOf("components/x.tsx", source)).toEqual([]);
});

test("looks at comments only when asked", () => {
  const source = "// It stands there.\nexport const one = 1;\n";
  expect(wordsOf("lib/x.ts", source)).toEqual([]);
  expect(wordsOf("lib/x.ts", source, true)).toEqual(["stands"]);
});

test("looks at documents whole, except the glossary", () => {
  expect(wordsOf("docs/x.md", "It lies\nbeside it.")).toEqual(["lies", "beside"]);
  expect(wordsOf("docs/glossary.md", "mend")).toEqual([]);
});
