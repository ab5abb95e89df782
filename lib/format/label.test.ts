import { describe, expect, test } from "vitest";
import { label, note, optionalLabel, problemWithLine, visibleLine } from "./label";

const messageOf = (schema: ReturnType<typeof label>, text: string): string | null => {
  const { error } = schema.safeParse(text);
  return error === undefined ? null : (error.issues[0]?.message ?? "");
};

/** Each of them makes "payments" look like another text, or another text like it. */
const hidden: readonly (readonly [string, string])[] = [
  ["NUL", "\u0000"],
  ["bell", "\u0007"],
  ["escape", "\u001b"],
  ["delete", "\u007f"],
  ["next line", "\u0085"],
  ["soft hyphen", "\u00ad"],
  ["combining grapheme joiner", "\u034f"],
  ["Arabic letter mark", "\u061c"],
  ["Hangul filler", "\u115f"],
  ["Mongolian vowel separator", "\u180e"],
  ["zero-width space", "\u200b"],
  ["left-to-right mark", "\u200e"],
  ["right-to-left mark", "\u200f"],
  ["line separator", "\u2028"],
  ["paragraph separator", "\u2029"],
  ["left-to-right embedding", "\u202a"],
  ["right-to-left embedding", "\u202b"],
  ["pop directional formatting", "\u202c"],
  ["left-to-right override", "\u202d"],
  ["right-to-left override", "\u202e"],
  ["word joiner", "\u2060"],
  ["invisible times", "\u2062"],
  ["left-to-right isolate", "\u2066"],
  ["right-to-left isolate", "\u2067"],
  ["first strong isolate", "\u2068"],
  ["pop directional isolate", "\u2069"],
  ["inhibit symmetric swapping", "\u206a"],
  ["blank Braille", "\u2800"],
  ["Hangul filler letter", "\u3164"],
  ["byte order mark", "\ufeff"],
  ["half-width Hangul filler", "\uffa0"],
  ["interlinear annotation", "\ufff9"],
  ["lone surrogate", "\ud800"],
  ["language tag", "\u{e0001}"],
  ["tag letter", "\u{e0061}"],
  ["variation selector 17", "\u{e0100}"],
];
const namesOnly: readonly (readonly [string, string])[] = [
  ["zero-width joiner", "\u200d"],
  ["zero-width non-joiner", "\u200c"],
  ["variation selector", "\ufe0f"],
  ["private use", "\ue000"],
  ["unassigned", "\u0378"],
];
const lineBreaks = [
  ["tab", "\t"],
  ["line feed", "\n"],
  ["carriage return", "\r"],
] as const;

describe.each([...hidden, ...namesOnly, ...lineBreaks])("%s", (_name, char) => {
  test("is refused in a name, with its code", () => {
    const code = char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
    for (const schema of [label(100), optionalLabel(100)])
      expect(messageOf(schema, `pay${char}ments`)).toContain(`U+${code}`);
  });
});
test.each(hidden)("%s is refused in a note and in a line that a service reports", (_name, char) => {
  expect(messageOf(note(100), `pay${char}ments`)).toContain("U+");
  expect(problemWithLine(`pay${char}ments`)).toContain("U+");
});
test.each(namesOnly)("%s may be in a note", (_name, char) => {
  expect(messageOf(note(100), `a${char}b`)).toBeNull();
});
test("a note may have several lines, a line that a service reports may not", () => {
  for (const [, char] of lineBreaks) {
    expect(messageOf(note(100), `a${char}b`)).toBeNull();
    expect(problemWithLine(`a${char}b`)).toContain("U+");
  }
});
test.each([
  "payments",
  "Zahlungen für Köln",
  "支払い",
  "платежи",
  "المدفوعات",
  "תשלומים",
  "भुगतान",
  "🙂 team",
  'a&b <c> "d"',
  "x_y-z.1",
])("%s is a name and a note", (text) => {
  expect(messageOf(label(100), text)).toBeNull();
  expect(messageOf(note(100), text)).toBeNull();
});
test("what looks like a secret is neither a name nor a note", () => {
  const token = `chy_${"aB3-".repeat(11)}`;
  for (const schema of [label(200), optionalLabel(200), note(200)])
    expect(messageOf(schema, `token ${token}`)).toContain("API token");
});
test("length and emptiness are counted after spaces at the ends are gone", () => {
  expect(messageOf(label(3), "  ")).toBe("Enter a name.");
  expect(messageOf(label(3), " abcd ")).toBe("At most 3 characters.");
  expect(messageOf(label(2000), "a".repeat(2001))).toBe("At most 2,000 characters.");
  expect(messageOf(optionalLabel(3), " ")).toBeNull();
  expect(messageOf(note(9, 3, "Enter a reason."), "ab")).toBe("Enter a reason.");
});

test.each(hidden)("a line that is shown to an operator never has a %s", (_name, character) => {
  expect(visibleLine(`pay${character}ments`)).toBe("pay?ments");
});

test("a line that is shown to an operator has no wide gap that could move its end to the next row", () => {
  expect(visibleLine(`a${" ".repeat(200)}b\u00a0\u00a0c`)).toBe("a b c");
  expect(visibleLine("Zahlungen für 支払い")).toBe("Zahlungen für 支払い");
});
