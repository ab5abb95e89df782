import { describe, expect, test } from "vitest";
import { identityWith } from "@/testing/pki/identity-names";
import { serverRules } from "@/testing/pki/authorities";
import { plan } from "@/testing/pki/plan-fixture";
import type { DistinguishedName, GeneralName, ProfileRules } from "./types";

const san = {
  types: ["dns", "email", "uri", "ip"],
  min: 0,
  max: 3,
  dnsPatterns: ["**.e.example"],
  wildcards: true,
  ipRanges: ["10.0.0.0/8"],
  emailDomains: ["e.example"],
  uriPrefixes: ["spiffe://e.example/"],
} as const satisfies ProfileRules["san"];
const commonNames = ["optional", "required", "forbidden"] as const;
const sources = ["san", "san-or-identity"] as const;
const requests: readonly (readonly [string | null, readonly GeneralName[]])[] = [
  [null, []],
  [null, [{ type: "dns", value: "pay.e.example" }]],
  ["other", []],
  ["other.e.example", [{ type: "dns", value: "pay.e.example" }]],
  ["other.example", [{ type: "uri", value: "spiffe://e.example/pay" }]],
  ["*.e.example", [{ type: "dns", value: "*.e.example" }]],
  ["al@e.example", [{ type: "email", value: "bo@e.example" }]],
  ["x", [{ type: "uri", value: `spiffe://e.example/${"long/".repeat(15)}x` }]],
];
const cn = (value: string): DistinguishedName => (value === "" ? [] : [{ type: "CN", value }]);

/** Each way that the message proposes, as the subject and names of the next request. */
function waysOf(message: string, sans: readonly GeneralName[]) {
  const ways: { subject: DistinguishedName; sans: readonly GeneralName[] }[] = [];
  for (const [, quoted, plain] of message.matchAll(/-subj (?:"\/CN=([^"]*)"|\/CN=([\w.@:/-]+))/g))
    ways.push({ subject: cn(quoted ?? plain ?? ""), sans });
  if (/-subj \/(?!CN)(?! and add)/.test(message)) ways.push({ subject: [], sans });
  const added = /add (DNS|email|URI|IP):(\S+?) to subjectAltName/i.exec(message);
  if (added) {
    const name = { type: added[1]!.toLowerCase() as GeneralName["type"], value: added[2]! };
    ways.push({ subject: cn(name.value), sans: [...sans, name] });
  }
  const example = /such as (DNS|email|URI|IP):(\S+)\.|subjectAltName=(DNS|email|URI|IP):(\S+)/.exec(
    message,
  );
  if (example) {
    const type = (example[1] ?? example[3])!.toLowerCase() as GeneralName["type"];
    const value = (example[2] ?? example[4])!;
    const subject = message.includes("as the common name") ? cn(value) : [];
    ways.push({ subject, sans: [...sans, { type, value }] });
  }
  return ways;
}

const cells = commonNames.flatMap((commonName) =>
  sources.flatMap((commonNameFrom) =>
    requests.map(([name, sans]) => [commonName, commonNameFrom, name, sans] as const),
  ),
);

describe("a fix that a refused common name proposes", () => {
  test.each(cells)(
    "works: %s, from %s, CN %s, names %j",
    async (commonName, commonNameFrom, name, sans) => {
      const rules = { ...serverRules, san, subject: { commonName, commonNameFrom, fixed: [] } };
      const identity = identityWith(["pay app"]);
      const ask = async (subject: DistinguishedName, names: readonly GeneralName[]) =>
        (await plan({ rules, identity, subject, sans: names })).findings.filter(
          ({ severity, path }) =>
            severity === "error" && (path === "subject" || path?.startsWith("sans")),
        );
      for (const { message } of await ask(cn(name ?? ""), sans)) {
        const ways = waysOf(message, sans);
        expect(ways, message).not.toEqual([]);
        for (const way of ways) expect(await ask(way.subject, way.sans), message).toEqual([]);
      }
    },
  );

  test.each<[Partial<ProfileRules["san"]>]>([
    [{ types: ["email"] }],
    [{ types: ["uri"] }],
    [{ types: ["ip"] }],
    [{ types: ["dns"], dnsPatterns: ["only.e.example"] }],
    [{ types: ["ip", "dns"], ipRanges: [] }],
  ])("names an alternative name that the profile allows: %j", async (change) => {
    const rules = { ...serverRules, san: { ...san, ...change, min: 1 } };
    const { findings } = await plan({ rules, subject: [], sans: [] });
    const [way] = waysOf(findings.find(({ path }) => path === "sans")?.message ?? "", []);
    const again = await plan({ rules, subject: [], sans: way?.sans ?? [] });
    expect(again.findings.map(({ code }) => code)).toEqual([]);
  });
});
