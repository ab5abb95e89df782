import { describe, expect, test } from "vitest";
import { isSingle, readAskedWords } from "./asked-words";

describe("the words that someone asks for", () => {
  test.each([
    ["", []],
    ["  ", []],
    ["plan be", ["plan", "be"]],
    ["10.1.2.3", ["10", "1", "2", "3"]],
    ["lost 0A:1b:FF:03", ["lost", "0a1bff03"]],
    ["日 é", ["日", "é"]],
    ["x".repeat(251), ["x".repeat(251)]],
    ["日".repeat(83), ["日".repeat(83)]],
    ["same SAME same", ["same"]],
  ])("%j are %j", (text, words) => {
    expect(readAskedWords(text)).toEqual({ words, problem: null });
  });

  test.each([
    ["plan b", /^Enter at least two letters or digits of each word\. Too short: b\.$/],
    ["a-b", /Too short: a, b\./],
    ["7", /Too short: 7\./],
    [" -- ", /^Enter at least one word of letters or digits\.$/],
    ["\u0000", /^Enter at least one word/],
    ["😀", /^Enter at least one word/],
    ["x".repeat(252), /^Enter at most 251 bytes of each word: its beginning is enough\.$/],
    ["日".repeat(84), /^Enter at most 251 bytes/],
    ["w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13", /^Enter at most 12 words\. These are 13\.$/],
  ])("%j can't be asked for, and it is said why", (text, problem) => {
    expect(readAskedWords(text).problem).toMatch(problem);
  });

  test.each([
    ["é", "e\u0301"],
    ["Ångström", "A\u030angstro\u0308m"],
    ["한글", "한글".normalize("NFD")],
    ["ΟΔΟΣ", "οδος"],
    ["ŻÓŁW", "z\u0307o\u0301łw"],
    ["q\u0323\u0307", "q\u0307\u0323"],
  ])("%j and %j are the same words, composed or not", (composed, other) => {
    expect(readAskedWords(other)).toEqual(readAskedWords(composed));
    expect(readAskedWords(composed).problem).toBeNull();
  });

  test("a single letter is one of ASCII: other scripts have words of one", () => {
    expect(["a", "0", "é", "日", "ab"].map(isSingle)).toEqual([true, true, false, false, false]);
  });
});
