import { expect, test } from "vitest";
import { noGapsLabel, countUnconfirmed } from "./state-labels";

const source = {
  id: "payments",
  boot: "b",
  arrived: 41,
  settled: 0,
  missing: "",
  missingCount: 0,
  lastSeenAt: "2026-11-23T00:00:00.000Z",
  ended: false,
};

test("a source without a heartbeat is never said to have no gaps", () => {
  expect(noGapsLabel(source)).toBe("Not confirmed yet");
  expect(noGapsLabel({ ...source, settled: 38 })).toBe("None up to 38");
  expect(noGapsLabel({ ...source, settled: 45 })).toBe("None");
});

test("unconfirmed entries are counted over all sources", () => {
  expect(countUnconfirmed({ sources: [source, { ...source, settled: 45 }] })).toBe(41);
  expect(countUnconfirmed({ sources: [] })).toBe(0);
});
