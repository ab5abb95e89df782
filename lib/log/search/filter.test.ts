import { describe, expect, test } from "vitest";
import { formatCursor, parseFilter } from "./filter";
import type { EntryQuery } from "@/lib/log/schema";

const wrong = (query: Record<string, unknown>) => () => parseFilter(query as EntryQuery);

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
      conditions: [],
      values: [],
      reads: "include",
      order: "desc",
      limit: 50,
      after: null,
      from: null,
      until: null,
    });
  });

  test("never puts what was typed into the statement, only into its values", () => {
    const typed = "x' or true --";
    const filter = parseFilter({ actor: typed, target: typed, certificate: typed, q: typed });
    expect(JSON.stringify(filter.conditions)).not.toContain("true --");
    expect(filter.values).toEqual([typed, typed, typed, "x", "or", "true"]);
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
    expect(parseFilter({ serial: "0A:1b:FF" }).values).toEqual(["0a1bff"]);
    expect(parseFilter({ q: "lost 0A:1b:FF:03" }).values).toEqual(["lost", "0a1bff03"]);
  });
});
