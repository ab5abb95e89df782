import { describe, expect, it } from "vitest";
import type { UseView } from "@/lib/custody/types";
import { groupUses } from "./group-uses";

const use = (network: string, service: string, change: Partial<UseView> = {}): UseView => ({
  identity: { id: "idn_1", name: "payments" },
  certificateId: "crt_1",
  network,
  service,
  count: 1,
  refused: 0,
  firstAt: "2026-11-01T10:00:00.000Z",
  lastAt: "2026-11-01T10:00:00.000Z",
  firstSeq: 1,
  lastSeq: 1,
  ...change,
});

describe("uses grouped by origin", () => {
  it("are nothing where there are none", () => {
    expect(groupUses([])).toEqual([]);
  });
  it("lose no request and no refusal to the grouping", () => {
    const origins = groupUses([
      use("10.0.0.0/24", "a", { count: 3, refused: 1 }),
      use("10.0.0.0/24", "b", { count: 4 }),
      use("2001:db8::/48", "a", { count: 5, refused: 2 }),
    ]);
    expect(origins.map(({ network, count, refused }) => [network, count, refused])).toEqual([
      ["10.0.0.0/24", 7, 1],
      ["2001:db8::/48", 5, 2],
    ]);
  });
  it("span from the first to the last of all their services", () => {
    const [origin] = groupUses([
      use("n", "a", {
        firstAt: "2026-11-03T00:00:00.000Z",
        lastAt: "2026-11-04T00:00:00.000Z",
        lastSeq: 9,
      }),
      use("n", "b", {
        firstAt: "2026-11-01T00:00:00.000Z",
        lastAt: "2026-11-02T00:00:00.000Z",
        lastSeq: 5,
      }),
    ]);
    expect([origin?.firstAt, origin?.lastAt]).toEqual([
      "2026-11-01T00:00:00.000Z",
      "2026-11-04T00:00:00.000Z",
    ]);
  });
  it("stand with the latest first, networks and services alike", () => {
    const origins = groupUses([
      use("old", "a", { lastSeq: 2 }),
      use("new", "a", { lastSeq: 7 }),
      use("new", "b", { lastSeq: 8 }),
    ]);
    expect(
      origins.map(({ network, services }) => [network, services.map(({ service }) => service)]),
    ).toEqual([
      ["new", ["b", "a"]],
      ["old", ["a"]],
    ]);
  });
  it("does not count a service of two certificates as one", () => {
    expect(
      groupUses([use("n", "a"), use("n", "a", { certificateId: "crt_2" })])[0]?.services,
    ).toHaveLength(2);
  });
});
