import { describe, expect, test } from "vitest";
import { makeRecordCounter } from "./count-records";

const files = [
  [
    "entries",
    '{"export":{"v":1}}\n{"skip":[0,2],"hashes":[]}\n{"seq":2,"entry":{}}\n{"seq":3}\n{"end":{"count":2}}\n',
    2,
  ],
  ["lines", "CEF:0|a\nCEF:0|b\nCEF:0|c\n", 3],
  ["csv", '"seq","entry"\r\n"1","a ""quoted"" \n line"\r\n"2","b"\r\n', 2],
] as const;

describe("counting the records of an export", () => {
  for (const [kind, text, count] of files) {
    test(`${kind} records are counted however the bytes are split into chunks`, () => {
      const bytes = new TextEncoder().encode(text);
      for (let piece = 1; piece <= bytes.length; piece++) {
        const counter = makeRecordCounter(kind);
        for (let at = 0; at < bytes.length; at += piece)
          counter.add(bytes.subarray(at, at + piece));
        expect(counter.count()).toBe(count);
      }
    });
  }
  test("an incomplete line is not counted", () => {
    const counter = makeRecordCounter("lines");
    counter.add(new TextEncoder().encode("CEF:0|a\nCEF:0|b"));
    expect(counter.count()).toBe(1);
  });
});
