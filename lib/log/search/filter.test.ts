import { describe, expect, test } from "vitest";
import { formatCursor, parseFilter } from "./filter";
import { factRun, factToken, prefixRun, wholeWordRun, wordRun } from "@/lib/log/pure/search-tokens";
import type { EntryQuery } from "@/lib/log/schema";

const wrong = (query: Record<string, unknown>) => () => parseFilter(query as EntryQuery);

test("no text stands for two filters, and what can't be seen is shown", () => {
  const textOf = (query: Record<string, unknown>) => parseFilter(query as EntryQuery).text;
  expect(textOf({ actor: "usr_1", outcome: "denied" })).toBe("actor=usr_1 outcome=denied");
  expect(textOf({ actor: "usr_1 outcome=denied" })).toBe('actor="usr_1 outcome=denied"');
  expect(textOf({ q: 'pay "this"' })).toBe(String.raw`q="pay \"this\""`);
  expect(textOf({ target: "usr_1\u200b" })).toBe(String.raw`target="usr_1\u{200b}"`);
  expect(textOf({ q: "müller" })).toBe("q=müller");
});

describe("a filter of the log", () => {
  test.each([
    [{ from: "yesterday" }, "from"],
    [{ from: "2026-02-30" }, "from"],
    [{ to: "2026-11-23T08:15:00" }, "to"],
    [{ to: "1" }, "to"],
    [{ from: "2026-13-01T00:00:00Z" }, "from"],
    [{ action: "certificate" }, "action"],
    [{ action: "a'; drop table x" }, "action"],
    [{ outcome: "maybe" }, "outcome"],
    [{ serial: "xyz" }, "serial"],
    [{ serial: "a".repeat(65) }, "serial"],
    [{ serial: "9".repeat(79) }, "serial"],
    [{ serial: "0x" }, "serial"],
    [{ serial: "12.5" }, "serial"],
    [{ from: "2026-01-03", to: "2026-01-02" }, "to"],
    [{ from: "2026-01-03T10:00:00.002Z", to: "2026-01-03T10:00:00.001Z" }, "to"],
    [{ ip: "10.0.0.256" }, "ip"],
    [{ ip: "10.0.0.0/33" }, "ip"],
    [{ ip: "::1/129" }, "ip"],
    [{ ip: "10.0.0.0/8/8" }, "ip"],
    [{ reads: "some" }, "reads"],
    [{ order: "up" }, "order"],
    [{ limit: 0 }, "limit"],
    [{ limit: "201" }, "limit"],
    [{ limit: "ten" }, "limit"],
    [{ q: "x".repeat(201) }, "q"],
    [{ q: "plan b" }, "q"],
    [{ q: "7" }, "q"],
    [{ q: " -- " }, "q"],
    [{ q: "日".repeat(120) }, "q"],
    [{ q: "w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13" }, "q"],
    [{ from: "2026-11-30", to: "2026-11-29" }, "to"],
    [{ from: "2026-11-30T10:00:00Z", to: "2026-11-30T09:59:59Z" }, "to"],
    [{ actor: ["a", "b"] }, "actor"],
  ])("refuses %j and names the field", (query, path) => {
    expect(wrong(query)).toThrow(
      expect.objectContaining({
        code: "audit.query",
        findings: [expect.objectContaining({ path })],
      }),
    );
  });

  test("refuses a name that it does not know instead of ignoring it", () => {
    expect(wrong({ targt: "crt_1" })).toThrow(/targt/);
  });

  test("names every field that is wrong at once", () => {
    expect(wrong({ ip: "x", limit: 0 })).toThrow(
      expect.objectContaining({ findings: [expect.anything(), expect.anything()] }),
    );
  });

  test.each([["desc-"], ["asc--1"], ["desc-1e3"], ["up-1"], ["1"], ["desc-1 or 1=1"]])(
    "refuses the cursor %j",
    (cursor) => {
      expect(wrong({ cursor })).toThrow(expect.objectContaining({ code: "audit.cursor" }));
    },
  );

  test("refuses a cursor of the other order", () => {
    expect(wrong({ cursor: formatCursor("asc", 5), order: "desc" })).toThrow(/other sort order/);
  });

  test("does not filter by what a form leaves empty", () => {
    const filter = parseFilter({
      from: "",
      to: "",
      actor: "",
      action: "",
      outcome: "",
      target: "",
      certificate: "",
      serial: "",
      ip: "",
      q: " ",
      reads: "",
      order: "",
      cursor: "",
    });
    expect(filter).toMatchObject({
      clauses: [],
      reads: "include",
      order: "desc",
      limit: 50,
      after: null,
      from: null,
      until: null,
    });
  });

  test("is recorded as it is asked for: without spaces around a value, and without what is empty", () => {
    const { text, query } = parseFilter({
      actor: " usr_1 ",
      target: " ",
      q: " two  words ",
      ip: "",
    });
    expect([text, query]).toEqual([
      'actor=usr_1 q="two  words"',
      { actor: "usr_1", q: "two  words" },
    ]);
    expect(parseFilter({ target: "\ufeff", reads: "include" })).toMatchObject({
      text: "",
      clauses: [],
    });
  });

  test("asks for what was typed, whatever it is, as bytes that stand for nothing else", () => {
    const typed = "'x' or true --";
    const filter = parseFilter({ actor: typed, q: "xx' or true --" });
    expect(filter.clauses).toEqual([
      [factRun("actorLabel", typed)],
      [wordRun("xx")],
      [wordRun("or")],
      [wordRun("true")],
    ]);
  });

  test("takes a single letter as a whole word where it belongs to something longer", () => {
    expect(parseFilter({ q: "10.1" }).clauses).toEqual([[wordRun("10")], [wholeWordRun("1")]]);
  });

  test("takes one letter of a script whose words can be that short", () => {
    expect(parseFilter({ q: "日 é" }).clauses).toEqual([[wordRun("日")], [wordRun("é")]]);
  });

  test("asks for an action by itself or by its beginning, and knows which are reads", () => {
    expect(parseFilter({ action: "certificate.read" })).toMatchObject({ allReads: true });
    expect(parseFilter({ action: "certificate.issued" })).toMatchObject({ allReads: false });
    expect(parseFilter({ action: "request.authorized" })).toMatchObject({ allReads: true });
    expect(parseFilter({ action: "certificate." })).toMatchObject({
      allReads: null,
      clauses: [[prefixRun(factToken("action", "certificate."))]],
    });
  });

  test("a filter takes a date to its end and a time exactly", () => {
    expect(parseFilter({ from: "2026-11-23", to: "2026-11-23" })).toMatchObject({
      from: new Date("2026-11-23T00:00:00Z"),
      until: new Date("2026-11-24T00:00:00Z"),
    });
    expect(parseFilter({ to: "2026-11-23T10:00:00+02:00" }).until).toEqual(
      new Date("2026-11-23T08:00:00.001Z"),
    );
  });

  test("knows a serial and a fingerprint with colons", () => {
    expect(parseFilter({ serial: "0A:1b:FF" }).clauses).toEqual([[factRun("serial", "0a1bff")]]);
    expect(parseFilter({ q: "lost 0A:1b:FF:03" }).clauses).toEqual([
      [wordRun("lost")],
      [wordRun("0a1bff03")],
    ]);
  });
});
