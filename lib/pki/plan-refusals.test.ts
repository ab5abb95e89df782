import { describe, expect, test } from "vitest";
import {
  issuingRules,
  makeTestKey,
  now,
  rootRules,
  serialOf,
  serverRules,
  urls,
} from "@/testing/pki/authorities";
import { makeRequest, type RequestContent } from "@/testing/pki/requests";
import { parseCsr } from "./csr";
import { sequence, tlv } from "./der";
import { issuerFactsOf } from "./issuer";
import type { AuthorityRequest } from "./authority-extensions";
import { planAuthority } from "./plan";
import { signPlan } from "./sign";
import type { IssuerFacts } from "./types";
import { authority, day, plan, codes, withRules, dns } from "@/testing/pki/plan-fixture";

describe("names outside the profile", () => {
  test.each<[string, RequestContent, string]>([
    [
      "another domain",
      { sans: dns("pay.example.com", "pay.example.net") },
      "certificate.name-outside-profile",
    ],
    [
      "a domain that only ends alike",
      { sans: dns("pay.example.com", "evilexample.com") },
      "certificate.name-outside-profile",
    ],
    [
      "an address outside",
      { sans: [...dns("pay.example.com"), { type: "ip", value: "192.0.2.1" }] },
      "certificate.name-outside-profile",
    ],
    [
      "a mailbox outside",
      { sans: [...dns("pay.example.com"), { type: "email", value: "a@example.net" }] },
      "certificate.name-outside-profile",
    ],
    [
      "a URI outside",
      {
        sans: [
          ...dns("pay.example.com"),
          { type: "uri", value: "spiffe://example.com.evil.example/x" },
        ],
      },
      "certificate.name-outside-profile",
    ],
    ["no name", { subject: [], sans: [] }, "certificate.san-missing"],
    [
      "too many names",
      {
        sans: dns(
          ...Array.from({ length: 10 }, (_, index) => `h${index}.example.com`),
          "pay.example.com",
        ),
      },
      "certificate.san-too-many",
    ],
    [
      "a common name that is no alternative name",
      { subject: [{ type: "CN", value: "www.example.com" }] },
      "certificate.common-name-not-bound",
    ],
    [
      "two common names",
      {
        subject: [
          { type: "CN", value: "pay.example.com" },
          { type: "CN", value: "www.example.com" },
        ],
      },
      "certificate.common-name-twice",
    ],
  ])("%s", async (_, request, code) => {
    const result = await plan({}, request);
    expect(result.plan).toBeNull();
    expect(codes(result)).toContain(code);
    expect(result.rules.some((rule) => rule.outcome === "failed")).toBe(true);
  });

  test("wildcards, kinds of names and common names as the profile says", async () => {
    const san = { ...serverRules.san, wildcards: false };
    expect(
      codes(await plan(withRules({ san }), { subject: [], sans: dns("*.example.com") })),
    ).toEqual(["certificate.name-outside-profile"]);
    expect(codes(await plan({}, { subject: [], sans: dns("*.example.com") }))).toEqual([]);
    expect(codes(await plan(withRules({ san: { ...san, types: ["ip"] } })))).toContain(
      "certificate.name-outside-profile",
    );
    expect(
      codes(
        await plan(
          withRules({
            subject: { commonName: "required", commonNameFrom: "san-or-identity", fixed: [] },
          }),
          { subject: [] },
        ),
      ),
    ).toEqual(["certificate.common-name-missing"]);
    expect(
      codes(
        await plan(
          withRules({
            subject: { commonName: "forbidden", commonNameFrom: "san-or-identity", fixed: [] },
          }),
        ),
      ),
    ).toEqual(["certificate.common-name-forbidden"]);
  });

  test("an override of the subject may not bring what the profile does not fix, and is checked like a request", async () => {
    expect(
      codes(
        await plan({
          subject: [
            { type: "O", value: "Elsewhere" },
            { type: "CN", value: "pay.example.com" },
          ],
        }),
      ),
    ).toEqual(["certificate.subject-outside-profile"]);
    expect(
      codes(
        await plan({
          subject: [{ type: "CN", value: "x".repeat(65) }],
          ...withRules({
            subject: { commonName: "optional", commonNameFrom: "san-or-identity", fixed: [] },
          }),
        }),
      ),
    ).toContain("name.invalid");
    expect(codes(await plan({ sans: dns("pay.example.com", "not a name") }))).toEqual([
      "name.invalid",
    ]);
    expect((await plan({ sans: dns("PAY.example.com", "pay.example.com") })).plan?.sans).toEqual(
      dns("pay.example.com"),
    );
  });

  test("the issuer's name constraints are enforced when issuing", async () => {
    const constraints = sequence(
      tlv(0xa0, sequence(tlv(0x82, Buffer.from("below.example.com")))),
      tlv(0xa1, sequence(tlv(0x82, Buffer.from("secret.below.example.com")))),
    );
    const issuer: IssuerFacts = { ...authority.facts, nameConstraintsDer: constraints };
    expect(codes(await plan({ issuer }))).toEqual(["certificate.name-constraint"]);
    expect(
      codes(await plan({ issuer }, { subject: [], sans: dns("a.below.example.com") })),
    ).toEqual([]);
    expect(
      codes(await plan({ issuer }, { subject: [], sans: dns("a.secret.below.example.com") })),
    ).toContain("certificate.name-constraint");
    expect(
      codes(await plan({ issuer }, { subject: [], sans: dns("*.below.example.com") })),
    ).toContain("certificate.name-constraint");
    // A common name that reads as a host counts as one, also where the profile does not ask for it
    // among the alternative names.
    const lax = withRules({
      subject: { commonName: "optional", commonNameFrom: "san-or-identity", fixed: [] },
    });
    expect(
      codes(
        await plan(
          { issuer, ...lax },
          { subject: [{ type: "CN", value: "www.example.net" }], sans: dns("a.below.example.com") },
        ),
      ),
    ).toContain("certificate.name-constraint");
  });
});

describe("keys and serials", () => {
  test("a key of a kind that the profile does not allow, a weak key, the issuer's own key", async () => {
    expect(codes(await plan(withRules({ keyAlgorithms: ["rsa-3072"] })))).toEqual([
      "certificate.key-not-allowed",
    ]);
    const csr = parseCsr(await makeRequest(authority.key));
    expect(codes(await plan({ csr }))).toEqual(["certificate.key-of-issuer"]);
  });

  test.each([
    new Uint8Array(16),
    new Uint8Array(0),
    Uint8Array.of(1),
    new Uint8Array(20).fill(0x11),
  ])("serial %o", async (serial) => {
    expect((await plan({ serial })).plan).toBeNull();
  });

  test("all reasons against a plan are reported at once", async () => {
    const result = await plan(
      {
        serial: Uint8Array.of(1),
        validitySeconds: 100 * day,
        ...withRules({ keyAlgorithms: ["ed25519"] }),
      },
      {
        subject: [{ type: "CN", value: "www.example.net" }],
        sans: dns("a.example.net", "b.example.net"),
      },
    );
    expect(codes(result).toSorted()).toEqual([
      "certificate.common-name-not-bound",
      "certificate.key-not-allowed",
      "certificate.lifetime-beyond-profile",
      "certificate.name-outside-profile",
      "certificate.name-outside-profile",
      "lint.serial-length",
    ]);
    expect(
      result.findings.every(
        (finding) => finding.clause !== undefined && finding.message.length > 20,
      ),
    ).toBe(true);
  });

  test("a profile for authorities makes no leaf", async () => {
    expect(codes(await plan({ rules: { ...issuingRules, san: serverRules.san } }))).toContain(
      "certificate.profile-not-for-leaves",
    );
  });
});

describe("authorities", () => {
  const child = makeTestKey("ecdsa-p256");
  const asked = (change: Partial<AuthorityRequest> = {}): ReturnType<typeof planAuthority> =>
    planAuthority({
      rules: issuingRules,
      subject: [{ type: "CN", value: "Child" }],
      spkiDer: child.spkiDer,
      issuer: authority.root.facts,
      signatureAlgorithm: "ecdsa-sha256",
      serial: serialOf(3),
      now,
      validitySeconds: 365 * day,
      urls,
      ...change,
    });

  test("root and issuing authority are what verifiers need", () => {
    expect(authority.root.facts).toMatchObject({
      pathLength: null,
      subjectText: "CN=Example Root,O=Exämple,C=DE",
    });
    expect(authority.facts).toMatchObject({ pathLength: 0, signatureAlgorithm: "ecdsa-sha256" });
    expect(asked().findings).toEqual([]);
  });

  test.each<[string, Partial<AuthorityRequest>, string]>([
    ["an issuer whose path ends", { issuer: authority.facts }, "authority.path-length"],
    [
      "a path as long as the issuer's",
      {
        issuer: { ...authority.root.facts, pathLength: 1 },
        rules: { ...issuingRules, pathLength: 1 },
      },
      "authority.path-length",
    ],
    [
      "an algorithm that the issuer's key has not",
      { signatureAlgorithm: "ecdsa-sha384" },
      "authority.signature-algorithm",
    ],
    ["a root's profile below a root", { rules: rootRules }, "profile"],
    ["an issuing profile without an issuer", { issuer: null }, "profile"],
    ["an empty subject", { subject: [] }, "lint.subject-of-authority"],
    ["a leaf's profile", { rules: serverRules }, "profile"],
    [
      "a life beyond the issuer's",
      { validitySeconds: 5000 * day },
      "certificate.lifetime-beyond-issuer",
    ],
    [
      "no keyCertSign",
      { rules: { ...issuingRules, keyUsage: ["cRLSign"] } },
      "lint.key-usage-authority",
    ],
    ["the issuer's own key", { spkiDer: authority.root.key.spkiDer }, "certificate.key-of-issuer"],
  ])("%s is refused", (_, change, code) => {
    const result = asked(change);
    expect(result.plan).toBeNull();
    expect(codes(result).some((found) => found.includes(code))).toBe(true);
  });

  test("a certificate that is not a CA's has no issuer facts", async () => {
    const leaf = await signPlan((await plan()).plan!, authority.key.signer);
    expect(() => issuerFactsOf(leaf)).toThrow(
      expect.objectContaining({ code: "issuer.not-an-authority" }),
    );
    expect(() => issuerFactsOf(leaf.subarray(1))).toThrow(
      expect.objectContaining({ code: "certificate.malformed" }),
    );
  });
});
