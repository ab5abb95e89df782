import { describe, expect, test } from "vitest";
import { makeCheck } from "@/lib/log/reconcile/check";
import type { EntryRecord } from "@/lib/log/types";
import { makeSourceCheck } from "./check-sources";

const source = "svc/main";

function openCheck() {
  const check = makeCheck();
  const sources = makeSourceCheck({ sources: check });
  let seq = 0;
  const add = (record: object): void => sources.add(seq++, record as unknown as EntryRecord);
  const addEntry = (n: number, overrides: object = {}): void =>
    add({
      action: "event.reported",
      details: {},
      src: { id: source, boot: "b", seq: n },
      ...overrides,
    });
  return {
    addEntry,
    addHeartbeat: (n: number, settled: unknown, voided = "", of = source): void =>
      addEntry(n, {
        action: "source.heartbeat",
        details: { source: of, boot: "b", settled, voided, ended: false },
      }),
    addGap: (missing: string): void =>
      add({
        action: "source.gap",
        details: { source, boot: "b", missing },
        src: { id: "chancery/gateway", boot: "b", seq: 1 },
      }),
    hasMissing: sources.hasMissing,
    finish: (): readonly string[] => {
      sources.finish();
      return check.result().problems;
    },
  };
}

describe("the check of a source's numbers", () => {
  test("accepts numbers that are all present, in any order", () => {
    const { addEntry, addHeartbeat, hasMissing, finish } = openCheck();
    for (const n of [2, 1, 4, 3]) addEntry(n);
    addHeartbeat(5, 4);
    expect([hasMissing(), finish()]).toEqual([false, []]);
  });

  test("names numbers that were committed but are missing, except voided and reported ones", () => {
    const { addEntry, addHeartbeat, addGap, hasMissing, finish } = openCheck();
    for (const n of [1, 4, 9]) addEntry(n);
    expect(hasMissing()).toBe(false);
    addHeartbeat(10, 9, "2");
    expect(hasMissing()).toBe(true);
    addGap("5-6");
    expect(finish()).toEqual([
      "3 of the entries that svc/main committed are missing: its numbers 3,7-8.",
    ]);
  });

  test("reports numbers that are used twice or after they were voided", () => {
    const { addEntry, addHeartbeat, finish } = openCheck();
    addEntry(1);
    addEntry(1);
    addHeartbeat(2, 1, "3-4");
    addEntry(4);
    expect(finish()).toHaveLength(2);
  });

  test("ignores heartbeats about another source and settled numbers that are invalid", () => {
    const { addEntry, addHeartbeat, hasMissing } = openCheck();
    addEntry(1);
    addHeartbeat(5, 4, "", "other/main");
    addHeartbeat(6, "5");
    addHeartbeat(7, -3);
    expect(hasMissing()).toBe(false);
  });

  test("handles very large numbers after a lost one without time or memory", () => {
    const { addEntry, addHeartbeat, hasMissing, finish } = openCheck();
    for (let n = 2; n <= 20_000; n += 1) addEntry(n);
    addEntry(900_000_000_000_000);
    addHeartbeat(900_000_000_000_001, 900_000_000_000_000, "30000-800000000000000");
    expect(hasMissing()).toBe(true);
    expect(finish()[0]).toContain("its numbers 1,20001-29999,800000000000001-899999999999999.");
  });
});
