import { describe, expect, test } from "vitest";
import { parseIp } from "@/lib/net/address";
import { isInIpRange, parseIpRange } from "@/lib/net/network";
import { matchesDnsPattern } from "@/lib/pki/profile-names";
import { profileRulesInput } from "@/lib/profiles/schema";
import { leafProfiles, systemProfiles } from "./default-profiles";
import { domainsOf, setupInput } from "./schema";

const leaves = leafProfiles(["example.com", "internal"]);
const all = [...systemProfiles, ...leaves];
const base = {
  organization: "Example",
  adminEmail: "admin@ca.Example.com",
  adminPassword: "a long password of words",
};

describe("the profiles that setup makes", () => {
  test.each(leaves)("$slug is what an administrator could save", ({ rules }) => {
    expect(profileRulesInput.parse(rules)).toEqual(rules);
  });

  test.each(all)("$slug allows no name of others, loopback or link-local", ({ rules }) => {
    const { dnsPatterns, ipRanges, emailDomains, uriPrefixes } = rules.san;
    for (const host of ["localhost", "a.localhost", "example.net", "xexample.com", "com"])
      expect(dnsPatterns.filter((pattern) => matchesDnsPattern(host, pattern))).toEqual([]);
    for (const ip of ["127.0.0.1", "169.254.169.254", "0.0.0.0", "192.0.2.1", "::1", "fe80::1"])
      expect(ipRanges.filter((range) => isInIpRange(parseIp(ip)!, parseIpRange(range)!))).toEqual(
        [],
      );
    expect([...emailDomains, ...uriPrefixes].filter((rule) => rule.includes("*"))).toEqual([]);
  });

  test.each(systemProfiles)("$slug is for no one who requests a certificate", ({ rules }) => {
    expect([rules.identityKinds, rules.selfService]).toEqual([[], false]);
  });
});

describe("the organization's domains", () => {
  test("are that of the administrator's email address, unless they are given", () => {
    expect(domainsOf(setupInput.parse(base))).toEqual(["ca.example.com"]);
    const domains = ["Example.com", "internal", "example.com"];
    expect(domainsOf(setupInput.parse({ ...base, domains }))).toEqual(["example.com", "internal"]);
  });

  test.each([
    "*",
    "*.example.com",
    "**.example.com",
    "localhost",
    "a.localhost",
    "10.0.0.1",
    "a_b",
    "com",
  ])("%s is none", (domain) => {
    const { error } = setupInput.safeParse({ ...base, domains: ["example.com", domain] });
    expect(error?.issues.map(({ path }) => path)).toEqual([["domains", 1]]);
  });

  test("have to be given if the email address has none that can be one", () => {
    const wrong = { ...base, adminEmail: "admin@ca.localhost" };
    const { error } = setupInput.safeParse(wrong);
    expect(error?.issues.map(({ path }) => path)).toEqual([["domains"]]);
    expect(setupInput.safeParse({ ...wrong, domains: ["example.com"] }).success).toBe(true);
  });
});
