import { describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { systemActor } from "@/lib/access/actor";
import {
  defaultRefusalLimits,
  makeRefusalTable,
  type RefusalCount,
  type RefusalEntry,
  summarizeRefusals,
} from "./refusal-table";

const begin = Date.UTC(2026, 10, 28, 9);
const at = (seconds: number): Date => new Date(begin + seconds * 1_000);

const strangerAt = (ip: string | null, requestId = "req_1"): Actor => ({
  ...systemActor("test", requestId),
  kind: "anonymous",
  id: null,
  label: "anonymous",
  role: null,
  address: { ip, port: 4242, userAgent: "curl/8", via: ["https"] },
});
const refusal = (over: Partial<RefusalEntry["details"]> = {}, reason?: string): RefusalEntry =>
  ({
    action: "request.refused",
    outcome: "denied",
    ...(reason === undefined ? {} : { reason }),
    target: null,
    details: {
      method: "GET",
      path: "/api/v1/certificates",
      status: 401,
      code: "unauthenticated",
      ...over,
    },
  }) as RefusalEntry;
const total = (counts: readonly RefusalCount[]): number =>
  counts.reduce((sum, { count }) => sum + count, 0);
const addressOf = (n: number): string =>
  `${10 + Math.floor(n / 65_536)}.${Math.floor(n / 256) % 256}.${n % 256}.1`;

test("the first few refusals of a minute and network get an entry each, and every further one is counted", () => {
  const table = makeRefusalTable();
  const admitted = Array.from({ length: 3_000 }, (_none, n) =>
    table.admit(strangerAt(`203.0.113.${n % 3}`), refusal(), at(n / 60)),
  ).filter(Boolean);
  expect(admitted).toHaveLength(defaultRefusalLimits.singlesPerNetwork);
  const counts = table.take();
  expect(counts).toHaveLength(1);
  expect(total(counts) + admitted.length).toBe(3_000);
});

test("in each minute the first few get an entry again", () => {
  const table = makeRefusalTable({ singlesPerNetwork: 1, singles: 10, networks: 10 });
  const admit = (seconds: number) => table.admit(strangerAt("203.0.113.1"), refusal(), at(seconds));
  expect([admit(0), admit(1), admit(59), admit(60), admit(61)]).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
});

describe("a count is kept for each network and code", () => {
  test.each([
    ["addresses of one IPv4 /24", "203.0.113.1", "203.0.113.254", 1],
    ["two IPv4 /24", "203.0.113.1", "203.0.114.1", 2],
    ["addresses of one IPv6 /48", "2001:db8:1::1", "2001:db8:1:ffff::9", 1],
    ["two IPv6 /48", "2001:db8:1::1", "2001:db8:2::1", 2],
    ["IPv4 inside IPv6 and the same as IPv4", "::ffff:203.0.113.1", "203.0.113.9", 1],
  ])("%s", (_, one, other, expected) => {
    const table = makeRefusalTable({ singlesPerNetwork: 0, singles: 0, networks: 10 });
    table.admit(strangerAt(one), refusal(), at(0));
    table.admit(strangerAt(other), refusal(), at(0));
    expect(table.take()).toHaveLength(expected);
  });

  test("codes, statuses and actions are counted separately, so a flood of one hides no other", () => {
    const table = makeRefusalTable({ singlesPerNetwork: 1, singles: 100, networks: 10 });
    const stranger = strangerAt("203.0.113.1");
    for (let n = 0; n < 50; n++) table.admit(stranger, refusal(), at(1));
    expect(table.admit(stranger, refusal({ code: "certificate.forged" }), at(2))).toBe(true);
    table.admit(stranger, refusal({ code: "certificate.forged" }), at(2));
    table.admit(stranger, refusal({ status: 307 }), at(2));
    table.admit(stranger, refusal({ status: 307 }), at(2));
    expect(table.take().map(({ code, status, count }) => [code, status, count])).toEqual([
      ["unauthenticated", 401, 49],
      ["certificate.forged", 401, 1],
      ["unauthenticated", 307, 1],
    ]);
  });
});

describe("many networks cost bounded memory and a bounded number of entries", () => {
  test("100,000 networks in one minute are at most the limits, and no refusal is lost from the counts", () => {
    const table = makeRefusalTable();
    let singles = 0;
    for (let n = 0; n < 100_000; n++)
      if (table.admit(strangerAt(addressOf(n)), refusal(), at(n / 2_000))) singles += 1;
    const counts = table.take();
    const { singles: maxSingles, networks } = defaultRefusalLimits;
    expect(singles).toBe(maxSingles);
    expect(counts).toHaveLength(networks + 1);
    expect(total(counts) + singles).toBe(100_000);
    const shared = counts.find(({ network }) => network === null)!;
    const { details } = summarizeRefusals(shared).entry;
    expect(details).toMatchObject({ network: null, addressCount: 256, moreAddresses: true });
    expect(details.addresses).toHaveLength(16);
  });

  test("paths, reasons, services and certificates without end are cut in the lists, not in the count", () => {
    const table = makeRefusalTable({ singlesPerNetwork: 0, singles: 0, networks: 10 });
    for (let n = 0; n < 5_000; n++) {
      const presented = { subject: `CN=${n}`, issuer: "CN=x", notBefore: "", notAfter: "" };
      const stranger = {
        ...strangerAt("203.0.113.1"),
        credential: { certificateId: null, serial: "01", fingerprintSha256: `${n}` },
      };
      const path = `/${n}${"x".repeat(2_000)}`;
      table.admit(stranger, refusal({ path, presented, proxy: `p${n}` }, `reason ${n}`), at(1));
    }
    const [count] = table.take();
    const { entry } = summarizeRefusals(count!);
    expect(entry.details.count).toBe(5_000);
    expect(entry.details.requests).toHaveLength(10);
    expect(entry.details.otherRequests).toBe(4_990);
    expect(entry.details.reasons).toHaveLength(8);
    expect(entry.details.proxies).toHaveLength(8);
    expect(entry.details.presented).toHaveLength(5);
    expect(JSON.stringify(entry).length).toBeLessThan(10_000);
  });
});

describe("what could not be written", () => {
  test("is added to what was counted since", () => {
    const table = makeRefusalTable({ singlesPerNetwork: 0, singles: 0, networks: 10 });
    const admit = (ip: string, seconds: number) =>
      table.admit(strangerAt(ip), refusal({}, "no credential"), at(seconds));
    admit("203.0.113.1", 0);
    admit("203.0.113.2", 1);
    const taken = table.take();
    admit("203.0.113.1", 65);
    table.putBack(taken);
    expect(table.isDue(at(65))).toBe(true);
    const counts = table.take();
    expect(counts).toHaveLength(1);
    expect(summarizeRefusals(counts[0]!).entry.details).toMatchObject({
      count: 3,
      firstAt: at(0).toISOString(),
      lastAt: at(65).toISOString(),
      addresses: ["203.0.113.1", "203.0.113.2"],
      addressCount: 2,
      moreAddresses: false,
      reasons: [{ reason: "no credential", count: 3 }],
    });
  });

  test("stays within the limit however long the database is away", () => {
    const table = makeRefusalTable({ singlesPerNetwork: 0, singles: 0, networks: 20 });
    for (let minute = 0; minute < 50; minute++) {
      for (let n = 0; n < 30; n++)
        table.admit(strangerAt(addressOf(minute * 30 + n)), refusal(), at(minute * 60));
      table.putBack(table.take());
    }
    const counts = table.take();
    expect(counts.length).toBeLessThanOrEqual(21);
    expect(total(counts)).toBe(1_500);
  });
});

test("nothing is due before a minute has passed, and nothing if nothing was counted", () => {
  const table = makeRefusalTable({ singlesPerNetwork: 0, singles: 0, networks: 10 });
  expect(table.isDue(at(1_000))).toBe(false);
  table.admit(strangerAt("203.0.113.1"), refusal(), at(30));
  expect([table.isDue(at(31)), table.isDue(at(89)), table.isDue(at(90))]).toEqual([
    false,
    false,
    true,
  ]);
  table.take();
  expect(table.isDue(at(1_000))).toBe(false);
});

test("a caller without an address is counted, and names no network", () => {
  const table = makeRefusalTable({ singlesPerNetwork: 0, singles: 0, networks: 10 });
  table.admit(strangerAt(null), refusal(), at(0));
  const { entry, actor } = summarizeRefusals(table.take()[0]!);
  expect(entry.details).toMatchObject({ network: null, addresses: [], addressCount: 0 });
  expect(actor.address.ip).toBeNull();
});
