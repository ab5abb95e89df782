import { describe, expect, test } from "vitest";
import { sequence, tlv } from "./der";
import { evaluateTbs, type TbsContext } from "./evaluate-tbs";
import { planAuthority } from "./plan";
import { readTbs } from "@/lib/pki/tbs";
import { readTbsFacts } from "./tbs-facts";
import type { IssuerFacts } from "./types";
import {
  issuingRules,
  makeTestKey,
  now,
  serialOf,
  serverRules,
  urls,
} from "@/testing/pki/authorities";
import { identityWith } from "@/testing/pki/identity-names";
import { authority, day, dns, plan } from "@/testing/pki/plan-fixture";

const tolerance = { waitMs: 3_600_000, skewMs: 300_000 };
const context = (change: Partial<TbsContext> = {}): TbsContext => ({
  rules: serverRules,
  profileName: "tls-server",
  issuer: authority.facts,
  identity: identityWith(),
  urls,
  now,
  tolerance,
  ...change,
});
const bytesOf = async (...request: Parameters<typeof plan>): Promise<Uint8Array> =>
  (await plan(...request)).plan?.tbsDer ?? new Uint8Array();
const codesFor = (tbsDer: Uint8Array, change: Partial<TbsContext> = {}): string[] =>
  evaluateTbs(readTbsFacts(readTbs(tbsDer)), context(change)).map(({ code }) => code);
/** What only hosts below example.org may have, but not those below secret.example.org. */
const constrained = (facts: IssuerFacts): IssuerFacts => ({
  ...facts,
  nameConstraintsDer: sequence(
    tlv(0xa0, sequence(tlv(0x82, Buffer.from("example.org")))),
    tlv(0xa1, sequence(tlv(0x82, Buffer.from("secret.example.org")))),
  ),
});

describe("bytes that a profile produces", () => {
  test.each([
    ["of one name", {}, {}],
    ["of several names", { sans: dns("a.example.com", "*.b.example.com") }, { subject: [] }],
    ["of a shorter life", { validitySeconds: 3600 }, {}],
  ])("are free of findings: %s", async (_what, change, request) => {
    expect(codesFor(await bytesOf(change, request))).toEqual([]);
  });

  test("are still free of findings when they waited for their signature, and not for long", async () => {
    const tbs = await bytesOf();
    const after = (ms: number) => codesFor(tbs, { now: new Date(now.getTime() + ms) });
    expect(after(3_590_000)).toEqual([]);
    expect(after(3_670_000)).toEqual(["certificate.time"]);
    expect(after(-50_000)).toEqual([]);
    expect(after(-600_000)).toContain("certificate.time");
  });

  test("are refused under any other rules", async () => {
    const tbs = await bytesOf();
    const passed = [
      { validitySecondsMax: day },
      { keyUsage: ["keyAgreement"] },
      { extendedKeyUsage: ["clientAuth"] },
      { keyAlgorithms: ["ed25519"] },
      { san: { ...serverRules.san, dnsPatterns: ["other.example.com"] } },
      { subject: { ...serverRules.subject, commonName: "forbidden" } },
      { subject: { ...serverRules.subject, fixed: [{ type: "O", value: "Example" }] } },
      { noRevAvail: true },
    ] as const;
    expect(
      passed.filter(
        (change) => codesFor(tbs, { rules: { ...serverRules, ...change } }).length === 0,
      ),
    ).toEqual([]);
  });

  test("are refused with other addresses of CRL and OCSP", async () => {
    const tbs = await bytesOf();
    for (const change of [{ crl: null }, { ocsp: "http://evil.example.com/ocsp" }])
      expect(codesFor(tbs, { urls: { ...urls, ...change } })).toEqual([
        "certificate.differs-from-profile",
      ]);
  });
});

describe("the name constraints of the CA above", () => {
  test("hold for the names and the common name of a certificate", async () => {
    const tbs = await bytesOf();
    expect(codesFor(tbs, { issuer: constrained(authority.facts) })).toContain(
      "certificate.name-constraint",
    );
    const rules = {
      ...serverRules,
      san: { ...serverRules.san, dnsPatterns: ["**.example.org"] },
    };
    const refused = ["certificate.name-constraint", "lint.name-constraints-of-issuer"];
    for (const [name, codes] of [
      ["a.example.org", []],
      ["a.secret.example.org", refused],
      ["*.example.org", refused],
    ] as const) {
      const bytes = await bytesOf({ rules }, { subject: [], sans: dns(name) });
      expect(codesFor(bytes, { rules, issuer: constrained(authority.facts) })).toEqual(codes);
    }
  });
});

describe("the certificate of a CA", () => {
  const { root } = authority;
  const key = makeTestKey("ecdsa-p256");
  const planCa = (pathLength: number | null, commonName = "Example Second CA"): Uint8Array =>
    planAuthority({
      rules: { ...issuingRules, pathLength },
      subject: [{ type: "CN", value: commonName }],
      spkiDer: key.spkiDer,
      issuer: root.facts,
      signatureAlgorithm: root.facts.signatureAlgorithm,
      serial: serialOf(9),
      now,
      validitySeconds: 365 * day,
      urls,
    }).plan?.tbsDer ?? new Uint8Array();
  const below = (pathLength: number | null): Partial<TbsContext> => ({
    rules: issuingRules,
    issuer: { ...root.facts, pathLength },
  });

  test("has a path length below that of the CA above", () => {
    expect(codesFor(planCa(0), below(1))).toEqual([]);
    expect(codesFor(planCa(3), below(null))).toEqual([]);
    expect(codesFor(planCa(1), below(1))).toContain("authority.path-length");
    expect(codesFor(planCa(null), below(0))).toContain("authority.path-length");
  });

  test("is called by a name that the constraints above allow", () => {
    const issuer = constrained(root.facts);
    expect(codesFor(planCa(0), { rules: issuingRules, issuer })).toEqual([]);
    expect(codesFor(planCa(0, "ca.example.net"), { rules: issuingRules, issuer })).toContain(
      "certificate.name-constraint",
    );
  });

  test("is none under the rules of a root, or of leaves", () => {
    const tbs = planCa(0);
    expect(
      codesFor(tbs, { rules: { ...issuingRules, kind: "root-ca" }, issuer: root.facts }),
    ).toContain("authority.profile-kind");
    expect(codesFor(tbs, { rules: serverRules, issuer: root.facts })).not.toEqual([]);
  });
});
