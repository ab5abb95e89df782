import { describe, expect, test } from "vitest";
import { operatorActor } from "@/testing/actors";
import { makeHostileEntries } from "@/testing/log/hostile-entries";
import { identityCreated } from "@/testing/log/entries";
import { encodeEntry, makeEntry } from "./entry";
import { entryProblems, readEntry } from "./read-entry";

const made = makeEntry(operatorActor(), identityCreated("idn_1"), {
  now: new Date("2026-11-23T08:00:00Z"),
  randomBytes: (n) => new Uint8Array(n),
});
const bytes = encodeEntry(made);
const text = Buffer.from(bytes).toString("utf8");
const changed = (from: string | RegExp, to: string): Buffer => Buffer.from(text.replace(from, to));

test("what Chancery writes can be read, and says what was written", () => {
  expect(readEntry(bytes, made.id)).toEqual({ readable: true, record: JSON.parse(text) });
});

describe("bytes that Chancery does not write can't be read, and the reason is named", () => {
  test.each([
    ["no bytes", Buffer.alloc(0), "empty"],
    ["65,536 bytes", Buffer.from(`"${"x".repeat(65_534)}"`), "too-large"],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), "not-utf8"],
    ["a byte order mark", Buffer.from(`\uFEFF${text}`), "not-json"],
    ["no JSON", Buffer.from(`"id":"x"`), "not-json"],
    ["a text", Buffer.from('"x"'), "wrong-shape"],
    ["a list", Buffer.from("[]"), "wrong-shape"],
    ["null", Buffer.from("null"), "wrong-shape"],
    ["a number of absurd size", changed('"details":{', '"details":{"a":1e999,'), "not-canonical"],
    ["a space", changed('"v":1', '"v": 1'), "not-canonical"],
    ["duplicate members", changed('"v":1', '"v":1,"v":1'), "not-canonical"],
    ["half a character", changed('"payments"', String.raw`"\ud83d"`), "not-canonical"],
    ["a NUL", changed('"payments"', String.raw`"\u0000"`), "wrong-shape"],
    ["another version", changed('"v":1', '"v":2'), "unknown-version"],
    ["no origin", changed(/"origin":\{[^}]*\},/, ""), "wrong-shape"],
    ["no actor", changed(/"actor":\{[^}]*\},/, ""), "wrong-shape"],
    ["a target that is a text", changed(/"target":\{[^}]*\}/, '"target":"x"'), "wrong-shape"],
    ["an outcome that is none", changed('"success"', '"fine"'), "wrong-shape"],
    ["a time before the year 2000", changed('"ts":"2026', '"ts":"0026'), "wrong-shape"],
    ["a label of 201 characters", changed('"payments"', `"${"x".repeat(201)}"`), "wrong-shape"],
    ["30,000 levels", Buffer.from(`{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`), "too-deep"],
  ] as const)("%s", (_what, hostile, problem) => {
    expect(readEntry(hostile)).toEqual({ readable: false, problem });
    expect(entryProblems[problem]).not.toBe("");
  });

  test("an ID other than the one it is stored with", () => {
    expect(readEntry(bytes, "ent_other")).toEqual({ readable: false, problem: "other-id" });
    expect(readEntry(bytes, null)).toEqual({ readable: false, problem: "other-id" });
  });
});

test("a text with a backslash before u0000 is no NUL", () => {
  const entry = encodeEntry({ ...made, reason: String.raw`C:\u0000` });
  expect(readEntry(entry)).toMatchObject({ readable: true });
});

test("no bytes make it throw, and each hostile entry is readable exactly if it has the form of one", () => {
  for (const { kind, id, bytes: hostile, readable } of makeHostileEntries(2_000, "read-entry"))
    expect([kind, readEntry(hostile, id).readable]).toEqual([kind, readable]);
  for (const { bytes: hostile, id } of makeHostileEntries(60, "flipped"))
    for (let at = 0; at < Math.min(hostile.length, 400); at += 7) {
      const flipped = Buffer.from(hostile);
      flipped[at] = (flipped[at] ?? 0) ^ 0x41;
      expect(readEntry(flipped, id)).toHaveProperty("readable");
    }
});
