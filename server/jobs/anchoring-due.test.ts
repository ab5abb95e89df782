import { describe, expect, test } from "vitest";
import { msUntilNextAnchor } from "@/lib/log/anchor/anchor-checkpoint";

describe("when the next stamp is due", () => {
  const at = (text: string): Date => new Date(`2026-11-${text}Z`);
  const hour = 3_600_000;
  test.each([
    ["never stamped", null, at("23T10:00:00"), 0],
    ["an hour after the last", at("23T10:00:00"), at("23T10:20:00"), 40 * 60_000],
    ["overdue", at("23T10:00:00"), at("23T12:00:00"), 0],
    ["the day ends first", at("23T23:30:00"), at("23T23:40:00"), 20 * 60_000 + 5_000],
    ["the day has just ended", at("23T23:30:00"), at("24T00:00:05"), 0],
    ["stamped for the day's end", at("24T00:00:06"), at("24T00:00:07"), hour - 1_000],
    ["stamped a moment too early for it", at("24T00:00:02"), at("24T00:00:03"), 2_000],
  ])("%s", (_what, last, now, wait) => {
    expect(msUntilNextAnchor(last, now, hour)).toBe(wait);
  });
});
