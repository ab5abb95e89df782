import { describe, expect, test } from "vitest";
import { foldText } from "./fold-text";
import { bytesBeginningWith, bytesOfDecimal, patternsOf, wordsOf } from "./search-terms";

describe("text is folded", () => {
  test.each([
    ["JOSÉ", "jose"],
    ["jose\u0301", "jose"],
    ["Łukasz Ørsted", "lukasz orsted"],
    ["Δημήτρης", "δημητρησ"],
    ["ДМИТРИЙ", "дмитрии"],
    ["Straße", "strasse"],
    ["Ægir", "aegir"],
    ["İstanbul", "istanbul"],
    ["ﬁle ＡＢＣ", "file abc"],
    ["東京", "東京"],
  ])("%s is found as %s", (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  test("folding once is enough", () => {
    for (let code = 1; code < 0xd800; code++) {
      const folded = foldText(String.fromCharCode(code));
      expect(foldText(folded)).toBe(folded);
    }
  });
});

describe("words", () => {
  test("are parts of a text from three letters on, and its beginnings below", () => {
    expect(wordsOf("  Pay  JOSÉ ")).toEqual(["pay", "jose"]);
    expect(patternsOf("pay")).toEqual(["%pay%"]);
    expect(patternsOf("pa")).toEqual(["pa%", "% pa%"]);
  });
  test("take wildcards literally", () => {
    expect(patternsOf("a_b%c\\")).toEqual(["%a\\_b\\%c\\\\%"]);
  });
});

describe("a number in hexadecimal", () => {
  const range = (text: string) => {
    const found = bytesBeginningWith(text);
    return found && [found.from.toString("hex"), found.to.toString("hex")];
  };
  test.each(["0e28df96", "0E:28:DF:96", "0e28 df96", "0x0e28df96", "0e28-df96"])(
    "is read as %s",
    (text) => {
      expect(range(text)).toEqual(["0e28df96", "0e28df97"]);
    },
  );
  test("covers an odd number of digits, and one of which all digits are f", () => {
    expect(range("0e28df967")).toEqual(["0e28df9670", "0e28df9680"]);
    expect(range("ffffffff")?.[0]).toBe("ffffffff");
    expect(bytesBeginningWith("ffffffff")?.to.length).toBe(33);
  });
  test.each(["0e28df9", "payments", "0e28df96g", "a".repeat(65), ""])(
    "%s is none, or too short or long for one",
    (text) => {
      expect(bytesBeginningWith(text)).toBeNull();
    },
  );
});

describe("a number in decimal", () => {
  test.each([
    ["4660", "1234"],
    [" 4660 ", "1234"],
    ["4660 (0x1234)", "1234"],
    ["0", "00"],
    ["000255", "ff"],
    ["1461501637330902918203684832716283019655932542975", "f".repeat(40)],
  ])("%s is %s", (text, hex) => {
    expect(bytesOfDecimal(text)?.toString("hex")).toBe(hex);
  });
  test.each([
    ["one more than 20 octets hold", "1461501637330902918203684832716283019655932542976"],
    ["50 digits", "1".repeat(50)],
    ["a negative number", "-1"],
    ["a fraction", "1.5"],
    ["digits with a space", "46 60"],
    ["hexadecimal", "0x1234"],
    ["text after the number", "4660 (1234)"],
    ["digits of another script", "\u0661\u0662"],
    ["nothing", ""],
  ])("%s is none", (_name, text) => {
    expect(bytesOfDecimal(text)).toBeNull();
  });
});
