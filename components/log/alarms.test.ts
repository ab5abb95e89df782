import { describe, expect, test } from "vitest";
import type { LogState } from "@/lib/log/view-types";
import { findAlarms } from "./alarms";

const at = "2026-11-23T00:00:00.000Z";
const well: LogState = {
  logs: [
    {
      generation: 1,
      origin: "log.example.com/log/1",
      vkey: "k",
      startSize: 0,
      openedAt: at,
      previousNote: null,
    },
  ],
  size: 815,
  indexedTo: 815,
  treeSize: 815,
  backlog: 0,
  level: "signed",
  witnesses: [],
  quorum: "none configured",
  checkpoint: {
    origin: "log.example.com/log/1",
    size: 815,
    rootHex: "",
    note: "",
    signedAt: at,
    publishedAt: at,
    cosignedBy: [],
  },
  anchors: { count: 0, last: null, configured: false },
  sources: [],
  verification: null,
  halted: null,
};
const source = {
  id: "gateway",
  boot: "b",
  arrived: 9,
  settled: 9,
  missing: "",
  missingCount: 0,
  unsettled: "",
  unsettledCount: 0,
  lastSeenAt: at,
  ended: false,
};
const idsOf = (state: Partial<LogState>, waitingMs = 0) =>
  findAlarms({ ...well, ...state }, waitingMs).map(({ id }) => id);

describe("problems of the audit log above every page", () => {
  test("a healthy log has no alarms", () => {
    expect([idsOf({}), idsOf({ sources: [source] })]).toEqual([[], []]);
  });
  test("a short delay of a checkpoint is no alarm, a long one is", () => {
    expect([idsOf({ size: 816 }, 900), idsOf({ checkpoint: null }, 900)]).toEqual([[], []]);
    expect(idsOf({ size: 816 }, 60_000)).toEqual(["late"]);
    expect(idsOf({ checkpoint: null }, 60_000)).toEqual(["late"]);
  });
  test("a halted log raises one alarm with both sizes, and none about the delayed checkpoint", () => {
    const halted = {
      code: "log.smaller-than-remembered",
      message: "",
      at,
      origin: "o",
      rememberedSize: 1_815,
      rememberedRootHex: "",
      foundSize: 815,
      rememberedNote: "",
    } as const;
    expect(idsOf({ halted, size: 900 }, 60_000)).toEqual(["halted"]);
    expect(findAlarms({ ...well, halted }, 0)[0]?.message).toContain("1,815");
  });
  test("failed verifications and gaps raise alarms, the most severe first", () => {
    const verification = {
      seq: 1,
      at,
      ok: false,
      level: "signed",
      size: 9,
      milliseconds: 1,
      problems: ["Entry 5 was changed."],
      checks: [{ name: "leaf", checked: 9, problems: 1 }],
    } as const;
    expect(
      idsOf({
        verification,
        sources: [
          source,
          { ...source, missing: "4-5", missingCount: 2, unsettled: "", unsettledCount: 0 },
        ],
      }),
    ).toEqual(["verification", "gaps"]);
    expect(findAlarms({ ...well, verification }, 0)[0]?.message).toBe("Entry 5 was changed.");
    expect(idsOf({ verification: { ...verification, ok: true } })).toEqual([]);
  });
});
