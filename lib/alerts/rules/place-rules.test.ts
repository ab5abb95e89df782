import { describe, expect, test } from "vitest";
import type { EntryFacts } from "@/lib/alerts/types";
import {
  allQuiet,
  begin,
  certificate,
  day,
  facts,
  hour,
  lived,
  minute,
  opened,
  play,
  refusedFor,
  service,
} from "@/testing/alerts/facts";
import { dormantRevival } from "./dormant-revival";
import { firstNetwork } from "./first-network";
import { firstService } from "./first-service";
import { severalNetworks } from "./several-networks";

const later = (days: number, over: Partial<EntryFacts>): EntryFacts =>
  facts({ at: begin + days * day, ...over });
const usual = lived(20, 400);
const stolen = later(21, { ip: "203.0.113.9" });

describe("first use from a network", () => {
  test("is found after a week and a hundred uses, once, and what continuesOnly from there goes on with it", () => {
    const [first, second] = play(firstNetwork, [
      ...usual,
      stolen,
      { ...stolen, at: stolen.at + minute },
    ]).slice(-2);
    expect(first).toMatchObject({
      severity: "medium",
      subject: { id: "idn_1" },
      continuesOnly: false,
      baseline: expect.stringContaining("10.1.2.0/24") as string,
    });
    expect(second).toMatchObject({ continuesOnly: true });
  });

  test("also when the request was denied by a policy: the key was there", () => {
    expect(
      opened(firstNetwork, [
        ...usual,
        { ...stolen, action: "request.denied", outcome: "denied", code: "policy.denied" },
      ]),
    ).toHaveLength(1);
  });

  test.each<[string, readonly EntryFacts[]]>([
    ["while it learns by days", [...lived(6, 400), later(6, { ip: "203.0.113.9" })]],
    ["while it learns by uses", [...lived(20, 50), stolen]],
    [
      "from a network it came from three weeks ago",
      [...lived(20, 400, (n) => (n === 3 ? { ip: "203.0.113.9" } : {})), stolen],
    ],
    [
      "from a network that it is allowed by name",
      lived(20, 400)
        .concat(stolen)
        .map((one) => ({
          ...one,
          identity: service({ networks: ["10.0.0.0/8", "203.0.113.0/24"] }),
        })),
    ],
    [
      "of a pool that it comes from, as autoscaling does",
      [...lived(20, 400, (n) => ({ ip: `10.1.${n % 6}.7` })), later(21, { ip: "10.1.99.7" })],
    ],
    [
      "of a person in the same provider's range",
      lived(20, 400, { ip: "198.51.7.7" })
        .concat(later(21, { ip: "198.51.99.7" }))
        .map((one) => ({ ...one, identity: service({ kind: "person" }) })),
    ],
    [
      "of a certificate that did not count",
      [...usual, refusedFor("certificate.revoked", { at: stolen.at, ip: "203.0.113.9" })],
    ],
    ["from another address of the same network", [...usual, later(21, { ip: "10.1.2.250" })]],
    ["from no address at all", [...usual, later(21, { ip: null })]],
    [
      "of Chancery itself, or of no identity",
      [...usual.map((one) => ({ ...one, identity: null })), { ...stolen, identity: null }],
    ],
  ])("is not found %s", (_, all) => {
    expect(opened(firstNetwork, all)).toEqual([]);
  });

  test("a network that was not seen for a month is new again", () => {
    const away = [
      ...lived(20, 400, (n) => (n === 3 ? { ip: "203.0.113.9" } : {})),
      ...lived(20, 200, { ip: "10.1.2.3" }).map((one) => ({ ...one, at: one.at + 20 * day })),
      later(41, { ip: "203.0.113.9" }),
    ];
    expect(opened(firstNetwork, away)).toHaveLength(1);
  });

  test("a refused use teaches nothing: the next one from there that counts is still the first", () => {
    const tried = Array.from({ length: 50 }, (_none, n) =>
      refusedFor("certificate.network", { at: stolen.at - day + n, ip: "203.0.113.9" }),
    );
    expect(opened(firstNetwork, [...usual, ...tried, stolen])).toHaveLength(1);
  });
});

describe("one key in several networks", () => {
  const turns = (a: string, b: string, n: number, over: Partial<EntryFacts> = {}) =>
    Array.from({ length: n }, (_none, i) =>
      later(21, { at: begin + 21 * day + i * minute, ip: i % 2 === 0 ? a : b, ...over }),
    );

  test("there and back and there again within minutes is a copied key", () => {
    const found = opened(severalNetworks, [...usual, ...turns("10.1.2.3", "203.0.113.9", 5)]);
    expect(found.at(-1)).toMatchObject({
      severity: "high",
      subject: { kind: "certificate", id: "crt_1" },
    });
  });

  test.each<[string, readonly EntryFacts[]]>([
    [
      "one that moved",
      [
        ...usual,
        ...turns("10.1.2.3", "10.1.2.4", 4),
        ...turns("203.0.113.9", "203.0.113.9", 20, {}).map((one, n) => ({
          ...one,
          at: begin + 22 * day + n * minute,
        })),
      ],
    ],
    ["one that came back once", [...usual, ...turns("10.1.2.3", "203.0.113.9", 3)]],
    [
      "one that takes half an hour for each way",
      [
        ...usual,
        ...turns("10.1.2.3", "203.0.113.9", 9).map((one, n) => ({
          ...one,
          at: begin + 21 * day + n * 30 * minute,
        })),
      ],
    ],
    [
      "one that was in both since it began",
      lived(20, 4_000, (n) => ({ ip: n % 2 === 0 ? "10.1.2.3" : "203.0.113.9" })),
    ],
    [
      "one that is allowed both by name",
      [...usual, ...turns("10.1.2.3", "203.0.113.9", 9)].map((one) => ({
        ...one,
        identity: service({ networks: ["10.0.0.0/8", "203.0.113.0/24"] }),
      })),
    ],
    ["one with an IPv4 and an IPv6 address", [...usual, ...turns("10.1.2.3", "2001:db8:7::1", 9)]],
    ["one in two parts of one larger network", [...usual, ...turns("10.1.2.3", "10.1.77.3", 9)]],
    [
      "two certificates of one identity",
      [
        ...usual,
        ...turns("10.1.2.3", "203.0.113.9", 20).map((one, n) =>
          n % 2 === 0 ? one : { ...one, certificate: certificate({ id: "crt_2" }) },
        ),
      ],
    ],
    [
      "one that is being refused there",
      [
        ...usual,
        ...turns("10.1.2.3", "203.0.113.9", 9).map((one, n) =>
          n % 2 === 0 ? one : refusedFor("certificate.network", { at: one.at, ip: one.ip }),
        ),
      ],
    ],
  ])("not %s", (_, all) => {
    expect(opened(severalNetworks, all)).toEqual([]);
  });
});

describe("first use of a service or action", () => {
  const tried = later(21, { service: "payroll" });

  test("is found when nothing new came for two weeks; a second new one goes on with it", () => {
    const [first, second] = play(firstService, [
      ...usual,
      tried,
      later(21.01, { service: "crm" }),
    ]).slice(-2);
    expect(first).toMatchObject({
      severity: "medium",
      continuesOnly: false,
      baseline: expect.stringContaining("billing") as string,
    });
    expect(second).toMatchObject({ continuesOnly: true });
  });

  test("is not hidden by reporting many actions, under whatever names, before", () => {
    const reports = Array.from({ length: 25 }, (_, n) =>
      later(20 + n / 100, { action: "event.reported", service: `thing${n}.done` }),
    );
    expect(play(firstService, [...usual, ...reports, tried]).at(-1)).toMatchObject({
      severity: "medium",
      continuesOnly: false,
      summary: expect.stringContaining("payroll") as string,
    });
  });

  test("of people, and of actions that are reported, it is low", () => {
    expect(
      opened(
        firstService,
        [...usual, tried].map((one) => ({ ...one, identity: service({ kind: "person" }) })),
      )[0]?.severity,
    ).toBe("low");
    expect(
      opened(firstService, [...usual, { ...tried, action: "event.reported" as const }])[0]
        ?.severity,
    ).toBe("low");
  });

  test.each<[string, readonly EntryFacts[]]>([
    ["while it learns", [...lived(10, 400), later(10, { service: "payroll" })]],
    [
      "of one that took up something else last week",
      [...lived(20, 400, (n) => (n > 200 ? { service: "crm" } : {})), tried],
    ],
    [
      "of one that uses everything",
      [...lived(20, 4_000, (n) => ({ service: `s${n % 30}` })), tried],
    ],
    [
      "of one that uses it now and then",
      [...lived(20, 400, (n) => (n === 5 ? { service: "payroll" } : {})), tried],
    ],
    ["of an entry that is no request", [...usual, later(21, { service: null })]],
  ])("is not found %s", (_, all) => {
    expect(opened(firstService, all)).toEqual([]);
  });
});

describe("dormant revival", () => {
  test("two months of silence and then a use are found, once", () => {
    expect(opened(dormantRevival, [...usual, later(81, {}), later(81.5, {})])).toHaveLength(1);
  });
  test.each<[string, readonly EntryFacts[]]>([
    ["a holiday", [...usual, later(50, {})]],
    ["the first use ever", [later(300, {})]],
    [
      "a use that was refused",
      [...usual, refusedFor("certificate.expired", { at: begin + 81 * day })],
    ],
  ])("%s is none", (_, all) => {
    expect(opened(dormantRevival, all)).toEqual([]);
  });
});

test("no rule has anything to say about weeks of an ordinary service", () => {
  expect(
    allQuiet(
      lived(60, 3_000, (n) => ({
        ip: `10.1.${n % 2}.${n % 50}`,
        service: ["billing", "ledger", "chancery"][n % 3] ?? null,
        at: begin + n * hour * 0.48,
      })),
    ),
  ).toEqual([]);
});
