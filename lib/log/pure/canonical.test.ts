import { describe, expect, test } from "vitest";
import { canonicalJson, type Json } from "./canonical";

const double = (hex: string): number => Buffer.from(hex, "hex").readDoubleBE(0);

describe("canonical JSON", () => {
  test("gives the bytes of the example in RFC 8785, 3.2.2 and 3.2.4", () => {
    const value =
      JSON.parse(String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
      "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`) as Json;
    const expected =
      "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d";
    expect(Buffer.from(canonicalJson(value)).toString("hex")).toBe(expected);
  });

  test("sorts members by UTF-16 code units, as RFC 8785, 3.2.3 shows", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    expect(Object.values(JSON.parse(canonicalJson(value)) as object)).toHaveLength(7);
    const order = [...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map((found) => found[1]);
    expect(order).toEqual([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  test.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("writes the double %s as RFC 8785, appendix B does", (hex, expected) => {
    expect(canonicalJson(double(hex))).toBe(expected);
  });

  test.each([["7fffffffffffffff"], ["7ff0000000000000"], ["fff0000000000000"]])(
    "refuses the double %s, which is no number",
    (hex) => {
      expect(() => canonicalJson(double(hex))).toThrow(/RFC 8785, 3\.2\.2\.3/);
    },
  );

  test.each([
    ["\ud800"],
    ["\udc00 at the start"],
    ["at the end \udbff"],
    ["\udc00\ud800 the wrong way round"],
  ])("refuses a lone surrogate in %j", (text) => {
    expect(() => canonicalJson(text)).toThrow(/lone surrogate/);
    expect(() => canonicalJson({ [text]: 1 })).toThrow(/lone surrogate/);
    expect(() => canonicalJson([{ a: [text] }])).toThrow(/lone surrogate/);
  });

  test.each([[new Date(0)], [Buffer.from("x")], [10n], [Symbol("x")], [() => 1], [new Map()]])(
    "refuses %s, which is not JSON",
    (value) => {
      expect(() => canonicalJson({ value } as unknown as Json)).toThrow(TypeError);
    },
  );

  test("escapes every character exactly as JSON.stringify does", () => {
    const differing = Array.from({ length: 0x10000 }, (_, unit) =>
      String.fromCharCode(unit),
    ).filter(
      (text) =>
        !/\p{Surrogate}/u.test(text) && canonicalJson(`a${text}`) !== JSON.stringify(`a${text}`),
    );
    expect(differing).toEqual([]);
  });

  test("leaves out members that are undefined and keeps those that are null", () => {
    expect(canonicalJson({ b: undefined, a: null, c: [] })).toBe('{"a":null,"c":[]}');
  });
});
