import { describe, expect, test } from "vitest";
import type { UseView } from "@/lib/custody/types";
import { groupByService, groupUses } from "./group-uses";

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
  test("no uses give no origins", () => {
    expect(groupUses([])).toEqual([]);
  });
  test("grouping keeps the number of requests and denials", () => {
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
  test("an origin spans from the first to the last use of all its services", () => {
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
  test("networks and services are sorted with the latest first", () => {
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
  test("a service used with two certificates is kept as two uses", () => {
    expect(
      groupUses([use("n", "a"), use("n", "a", { certificateId: "crt_2" })])[0]?.services,
    ).toHaveLength(2);
  });
});

test("a service used with two certificates is one row that names their number", () => {
  expect(
    groupByService([
      use("n", "chancery", { count: 3, refused: 1, lastSeq: 4 }),
      use("n", "payments", { count: 1, lastSeq: 5 }),
      use("n", "chancery", {
        certificateId: "crt_2",
        count: 2,
        lastSeq: 9,
        lastAt: "2026-11-02T10:00:00.000Z",
      }),
    ]),
  ).toEqual([
    {
      service: "chancery",
      certificates: 2,
      count: 5,
      refused: 1,
      lastAt: "2026-11-02T10:00:00.000Z",
    },
    {
      service: "payments",
      certificates: 1,
      count: 1,
      refused: 0,
      lastAt: "2026-11-01T10:00:00.000Z",
    },
  ]);
});
