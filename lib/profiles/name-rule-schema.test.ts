import { describe, expect, test } from "vitest";
import { serverRules } from "@/testing/pki/authorities";
import type { ProfileRules } from "@/lib/pki/types";
import { profileRulesInput } from "./schema";

type Change = Readonly<{
  san?: Partial<Record<keyof ProfileRules["san"], unknown>>;
  subject?: Partial<Record<keyof ProfileRules["subject"], unknown>>;
}> &
  Readonly<Partial<Record<Exclude<keyof ProfileRules, "san" | "subject">, unknown>>>;

const parse = ({ san, subject, ...rest }: Change) =>
  profileRulesInput.safeParse({
    ...serverRules,
    ...rest,
    san: { ...serverRules.san, ...san },
    subject: { ...serverRules.subject, ...subject },
  });
const pathsOf = (change: Change): string[] =>
  parse(change).error?.issues.map(({ path }) => path.join(".")) ?? [];

describe("rules that are saved now", () => {
  test.each<[string, Change, string]>([
    ["any DNS name", { san: { dnsPatterns: ["example.com", "*"] } }, "san.dnsPatterns.1"],
    ["any IPv4 address", { san: { ipRanges: ["0.0.0.0/0"] } }, "san.ipRanges.0"],
    ["any IPv6 address", { san: { ipRanges: ["::/0"] } }, "san.ipRanges.0"],
    ["both halves of IPv4", { san: { ipRanges: ["0.0.0.0/1", "128.0.0.0/1"] } }, "san.ipRanges"],
    [
      "every IPv4 address in overlapping parts",
      { san: { ipRanges: ["64.0.0.0/2", "128.0.0.0/1", "10.0.0.0/8", "0.0.0.0/2"] } },
      "san.ipRanges",
    ],
    ["both halves of IPv6", { san: { ipRanges: ["::/1", "8000::/1"] } }, "san.ipRanges"],
    ["every IPv6 address of the internet", { san: { ipRanges: ["2000::/3"] } }, "san.ipRanges"],
    [
      "anything below a top-level domain",
      { san: { dnsPatterns: ["**.com"] } },
      "san.dnsPatterns.0",
    ],
    [
      "one label below a top-level domain",
      { san: { dnsPatterns: ["*.dev"] } },
      "san.dnsPatterns.0",
    ],
    ["any IPv6 address, spelled out", { san: { ipRanges: ["0:0::/0"] } }, "san.ipRanges.0"],
    ["any mailbox", { san: { emailDomains: ["*"] } }, "san.emailDomains.0"],
    ["any URI", { san: { uriPrefixes: [" * "] } }, "san.uriPrefixes.0"],
    ["any URI of a scheme", { san: { uriPrefixes: ["https://"] } }, "san.uriPrefixes.0"],
    ["any trust domain", { san: { uriPrefixes: ["spiffe://*/"] } }, "san.uriPrefixes.0"],
    ["a scheme alone", { san: { uriPrefixes: ["https:"] } }, "san.uriPrefixes.0"],
    ["userinfo in a URI", { san: { uriPrefixes: ["https://u@e.example/"] } }, "san.uriPrefixes.0"],
    [
      "a path that leads out",
      { san: { uriPrefixes: ["https://e.example/a/../"] } },
      "san.uriPrefixes.0",
    ],
    [
      "two slashes at the end",
      { san: { uriPrefixes: ["https://e.example//"] } },
      "san.uriPrefixes.0",
    ],
    ["an underscore", { san: { dnsPatterns: ["_sip.example.com"] } }, "san.dnsPatterns.0"],
    ["a wildcard inside", { san: { dnsPatterns: ["a.*.example.com"] } }, "san.dnsPatterns.0"],
    ["three stars", { san: { dnsPatterns: ["***.example.com"] } }, "san.dnsPatterns.0"],
    ["two wildcards", { san: { dnsPatterns: ["*.*.example.com"] } }, "san.dnsPatterns.0"],
    ["an address as DNS name", { san: { dnsPatterns: ["10.0.0.1"] } }, "san.dnsPatterns.0"],
    ["bits after the prefix", { san: { ipRanges: ["10.1.0.1/16"] } }, "san.ipRanges.0"],
    ["a wildcard domain", { san: { emailDomains: ["*.example.com"] } }, "san.emailDomains.0"],
    ["a mailbox as domain", { san: { emailDomains: ["a@example.com"] } }, "san.emailDomains.0"],
    ["no kind of identity", { identityKinds: [] }, "identityKinds"],
    ["Chancery's own kind", { identityKinds: ["system"] }, "identityKinds.0"],
    ["a kind twice", { identityKinds: ["service", "service"] }, "identityKinds"],
    ["the mark of older rules", { savedBeforeNames: true }, ""],
    [
      "a template of a type that isn't allowed",
      {
        san: { types: ["dns"] },
        names: [{ type: "uri", value: "spiffe://example.com/{identity.name}" }],
      },
      "names.0.value",
    ],
    [
      "a template without a variable",
      { names: [{ type: "uri", value: "spiffe://example.com/pay" }] },
      "names.0.value",
    ],
    [
      "a template that chooses the host",
      { names: [{ type: "uri", value: "spiffe://{identity.name}/pay" }] },
      "names.0.value",
    ],
  ])("%s is refused at its field", (_what, change, path) => {
    expect(pathsOf(change)).toEqual([path]);
  });

  test.each(["CN", "emailAddress", "UID", "DC", "serialNumber", "2.5.4.3", "cn", "SN"])(
    "%s can't be fixed: names belong to identities",
    (type) => {
      const fixed = [{ type, value: "vault.example.com" }];
      expect(pathsOf({ subject: { fixed } })).toEqual(["subject.fixed.0.type"]);
    },
  );

  test.each<[Change]>([
    [{ san: { dnsPatterns: ["**.internal", "*.lan", "edge", "**.example.com"] } }],
    [{ san: { ipRanges: ["0.0.0.0/1", "192.0.0.0/2", "fc00::/7", "2001:db8::/32"] } }],
  ])("names of private networks can be allowed: %j", (change) => {
    expect(pathsOf(change)).toEqual([]);
  });

  test("rules are saved in the form that names are compared in", () => {
    const parsed = parse({
      san: {
        dnsPatterns: ["**.Example.com"],
        ipRanges: ["FC00::/7"],
        emailDomains: ["Example.com"],
        uriPrefixes: ["SPIFFE://Example.com/", "https://Example.com/App", "urn:uuid:"],
      },
    });
    expect(parsed.data?.san).toMatchObject({
      dnsPatterns: ["**.example.com"],
      ipRanges: ["fc00::/7"],
      emailDomains: ["example.com"],
      uriPrefixes: ["spiffe://example.com/", "https://example.com/App", "urn:uuid:"],
    });
  });

  test("what isn't said allows least: no requests for oneself, common names from subjectAltNames", () => {
    const { selfService: _self, names: _names, ...rest } = serverRules;
    const { commonNameFrom: _from, ...subject } = rest.subject;
    expect(profileRulesInput.parse({ ...rest, subject })).toMatchObject({
      selfService: false,
      names: [],
      subject: { commonNameFrom: "san" },
    });
  });
});
