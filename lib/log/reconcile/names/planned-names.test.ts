import { expect, test } from "vitest";
import type { ReplayedEntry } from "../fields";
import type { ExpectedName, ExpectedNames } from "./held-state";
import { unheldNames } from "./planned-names";

const serial = "2249eedda1ec23fda04616acb02aa1de";
const held: ExpectedName = {
  state: "held",
  isOptional: false,
  share: null,
  origin: "added",
  until: undefined,
};

const planOf = (commonName: string, sans: readonly string[]) =>
  ({
    details: { serial, subject: `CN=${commonName},O=Example`, sans },
  }) as unknown as ReplayedEntry["record"];

const holding = (...names: string[]): ExpectedNames => ({
  isSystem: false,
  names: new Map(names.map((name) => [name, held])),
});

const ca = planOf(`SPIFFE CA ${serial}`, ["uri:spiffe://example.com"]);

test("a client's CA is held by an identity that holds the whole trust domain", () => {
  expect(unheldNames(ca, holding("URI:spiffe://example.com/*"))).toEqual([]);
});

test.each([
  ["nothing", []],
  ["one name of the trust domain", ["URI:spiffe://example.com/web"]],
  ["a part of the trust domain", ["URI:spiffe://example.com/web/*"]],
  ["another trust domain", ["URI:spiffe://other.example/*"]],
])("a client's CA isn't held by an identity with %s", (_title, names) => {
  expect(unheldNames(ca, holding(...names))).toContain("URI:spiffe://example.com");
});

test.each([
  [
    "another name is next to its own",
    planOf(`SPIFFE CA ${serial}`, ["uri:spiffe://example.com", "dns:pay.example.com"]),
  ],
  [
    "its common name has the number of another certificate",
    planOf("SPIFFE CA 00", ["uri:spiffe://example.com"]),
  ],
  ["its common name is that of a host", planOf("pay.example.com", ["uri:spiffe://example.com"])],
])("a trust domain as a name needs to be held itself if %s", (_title, plan) => {
  expect(unheldNames(plan, holding("URI:spiffe://example.com/*"))).toContain(
    "URI:spiffe://example.com",
  );
});
