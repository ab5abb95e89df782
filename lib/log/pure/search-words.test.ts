import { describe, expect, test } from "vitest";
import { foldCase, maxWordBytes, wordsOf } from "./search-words";

describe("the words of a text", () => {
  test.each([
    ["Pay.Example.com:443", ["pay", "example", "com", "443"]],
    ["", []],
    [" -- ", []],
    ["a_b", ["a", "b"]],
    ["same SAME Same", ["same"]],
    ["Ünïcode", ["ünïcode"]],
    ["日本語 テスト", ["日本語", "テスト"]],
    ["naïve\u00a0café", ["naïve", "café"]],
    ["x\u0000y", ["x", "y"]],
    ["😀smile😀", ["smile"]],
    ["𝐀𝐁 \u{10400}", ["𝐀𝐁", "\u{10428}"]],
  ])("of %j are %j", (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  test("are the same for composed and decomposed letters", () => {
    expect(wordsOf("Cafe\u0301 A\u030Angstro\u0308m")).toEqual(wordsOf("Café Ångström"));
    expect(wordsOf("\u1100\u1161\u11a8")).toEqual(wordsOf("각"));
    expect(wordsOf("\u212B")).toEqual(wordsOf("Å"));
  });

  test("are folded code point by code point, so that no neighbor changes a letter", () => {
    expect(wordsOf("ΣΊΣΥΦΟΣ")).toEqual(wordsOf("σίσυφος"));
    expect(wordsOf("ΟΔΟΣ")[0]!.startsWith(wordsOf("ΟΔΟ")[0]!)).toBe(true);
    expect(foldCase("ΑΣ")).toBe("ασ");
    expect(wordsOf("STRASSE")).not.toEqual(wordsOf("straße"));
    expect(wordsOf("STRAẞE")).toEqual(wordsOf("straße"));
    expect(wordsOf("ſ K")).toEqual(["s", "k"]);
  });

  test("lone surrogates and invalid text separate words and stop nothing", () => {
    expect(wordsOf("one\ud800two\udfffthree")).toEqual(["one", "two", "three"]);
  });

  test("that are too long are cut between code points", () => {
    expect(wordsOf("a".repeat(1_000))).toEqual(["a".repeat(maxWordBytes)]);
    const [word] = wordsOf("é".repeat(1_000));
    expect(word).toBe("é".repeat(127));
    const mixed = `${"a".repeat(254)}éb`;
    expect(wordsOf(mixed)).toEqual(["a".repeat(254)]);
  });
});
