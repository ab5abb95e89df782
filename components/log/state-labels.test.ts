import { expect, test } from "vitest";
import { noGapsLabel, countUnconfirmed, countUnsettled } from "./state-labels";

const source = {
  id: "payments",
  boot: "b",
  arrived: 41,
  settled: 0,
  missing: "",
  missingCount: 0,
  unsettled: "",
  unsettledCount: 0,
  lastSeenAt: "2026-11-23T00:00:00.000Z",
  ended: false,
};

test("a source without a heartbeat is never said to have no gaps", () => {
  expect(noGapsLabel(source)).toBe("Not confirmed yet");
  expect(noGapsLabel({ ...source, settled: 38 })).toBe("None up to 38");
  expect(noGapsLabel({ ...source, settled: 45 })).toBe("None");
});

test("numbers that are known not to have arrived are never said to be no gap", () => {
  const open = { ...source, unsettled: "41-44,47", unsettledCount: 5 };
  expect(noGapsLabel(open)).toBe("5 not settled (41–44, 47)");
  expect(noGapsLabel({ ...open, settled: 48 })).toBe("5 not settled (41–44, 47)");
  expect(countUnsettled({ sources: [open, source] })).toBe(5);
});

test("unconfirmed entries are counted over all sources", () => {
  expect(countUnconfirmed({ sources: [source, { ...source, settled: 45 }] })).toBe(41);
  expect(countUnconfirmed({ sources: [] })).toBe(0);
});
