import { describe, expect, test } from "vitest";
import { readCertificate } from "@/lib/pki/certificate";
import { parseCsr } from "@/lib/pki/csr";
import { sequence, tlv } from "@/lib/pki/der";
import { encodeExtension } from "@/lib/pki/extensions";
import { issuerFactsOf } from "@/lib/pki/issuer";
import { matchesDnsPattern } from "@/lib/pki/profile-names";
import { extensionOids } from "@/lib/pki/oids";
import {
  planAuthority,
  planCertificate,
  type AuthorityAsked,
  type CertificateAsked,
} from "@/lib/pki/plan";
import { signPlan } from "@/lib/pki/sign";
import {
  issuingRules,
  makeTestAuthority,
  makeTestKey,
  now,
  responderRules,
  rootRules,
  serialOf,
  serverRules,
  urls,
} from "@/lib/pki/testdata/authorities";
import { makeRequest, type RequestContent } from "@/lib/pki/testdata/requests";
import type { GeneralName, IssuerFacts, ProfileRules } from "@/lib/pki/types";

const authority = await makeTestAuthority("ecdsa-p256");
const key = makeTestKey("ecdsa-p256");
const day = 86_400;

async function plan(
  change: Partial<CertificateAsked> = {},
  request: RequestContent = {},
): Promise<ReturnType<typeof planCertificate>> {
  const csr = parseCsr(await makeRequest(key, request));
  return planCertificate({
    rules: serverRules,
    profileName: "tls-server",
    issuer: authority.facts,
    csr,
    serial: serialOf(7),
    now,
    urls,
    ...change,
  });
}
const codes = (result: ReturnType<typeof planCertificate>): string[] =>
  result.findings.map((finding) => finding.code);
const withRules = (rules: Partial<ProfileRules>): { rules: ProfileRules } => ({
  rules: { ...serverRules, ...rules },
});
const dns = (...names: string[]): GeneralName[] => names.map((value) => ({ type: "dns", value }));
const seconds = (iso: Date): string => iso.toISOString();

describe("a plan that fits its profile", () => {
  test("names, times, key and rules are those that were decided, and the bytes hold them", async () => {
    const result = await plan();
    expect(result.findings).toEqual([]);
    expect(result.rules.every((rule) => rule.outcome === "passed")).toBe(true);
    const certificate = readCertificate(await signPlan(result.plan!, authority.key.signer));
    expect(certificate).toMatchObject({
      subjectText: "CN=pay.example.com",
      sans: dns("pay.example.com"),
      isCa: false,
      keyUsage: ["digitalSignature"],
      signatureAlgorithm: "ecdsa-sha256",
    });
    expect(Buffer.from(certificate.issuerDer)).toEqual(Buffer.from(authority.facts.subjectDer));
    expect(Buffer.from(certificate.authorityKeyIdentifier!)).toEqual(
      Buffer.from(authority.facts.subjectKeyIdentifier),
    );
    expect(Buffer.from(certificate.serial)).toEqual(Buffer.from(serialOf(7)));
    expect(seconds(certificate.notBefore)).toBe("2026-11-23T09:59:00.000Z");
    expect(seconds(certificate.notAfter)).toBe("2026-12-23T09:59:59.000Z");
    expect(result.plan).toMatchObject({
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
    });
  });

  test("the same input makes the same bytes", async () => {
    const csr = parseCsr(await makeRequest(key));
    expect(Buffer.from((await plan({ csr })).plan!.tbsDer)).toEqual(
      Buffer.from((await plan({ csr })).plan!.tbsDer),
    );
  });

  test("what the request asks beyond its common name is dropped, what the profile fixes is put in", async () => {
    const rules = withRules({
      subject: {
        commonName: "optional",
        commonNameInSan: true,
        fixed: [{ type: "O", value: "Example" }],
      },
    });
    const result = await plan(rules, {
      subject: [
        { type: "O", value: "Elsewhere" },
        { type: "CN", value: "pay.example.com" },
      ],
    });
    expect(result.plan?.subjectText).toBe("CN=pay.example.com,O=Example");
  });

  test("an empty subject makes the subjectAltName critical", async () => {
    const result = await plan({}, { subject: [] });
    const certificate = readCertificate(await signPlan(result.plan!, authority.key.signer));
    expect(
      certificate.extensions.find(({ oid }) => oid === extensionOids.subjectAltName)?.critical,
    ).toBe(true);
  });

  test("an RSA key may encipher keys, an EC key may not, by one profile", async () => {
    const rsa = makeTestKey("rsa-2048");
    const csr = parseCsr(await makeRequest(rsa));
    const certificate = readCertificate(
      await signPlan((await plan({ csr })).plan!, authority.key.signer),
    );
    expect(certificate.keyUsage).toEqual(["digitalSignature", "keyEncipherment"]);
  });

  test("a short-lived profile writes noRevAvail and no address of a status", async () => {
    const certificate = readCertificate(
      await signPlan(
        (await plan(withRules({ noRevAvail: true, validitySecondsDefault: 3600 }))).plan!,
        authority.key.signer,
      ),
    );
    const oids = certificate.extensions.map(({ oid }) => oid);
    expect(oids).toContain(extensionOids.noRevAvail);
    expect(oids).not.toContain(extensionOids.cRLDistributionPoints);
    expect(Buffer.from(certificate.der).includes("/ocsp")).toBe(false);
  });

  test("a responder gets nocheck, its purpose, and no address of its own status", async () => {
    const result = await plan(
      { rules: responderRules },
      { subject: [{ type: "CN", value: "Example OCSP" }], sans: [] },
    );
    expect(result.findings).toEqual([]);
    const certificate = readCertificate(await signPlan(result.plan!, authority.key.signer));
    expect(certificate.extendedKeyUsage).toEqual(["1.3.6.1.5.5.7.3.9"]);
    expect(certificate.extensions.map(({ oid }) => oid)).toContain(extensionOids.ocspNoCheck);
    expect(certificate.extensions.map(({ oid }) => oid)).not.toContain(
      extensionOids.cRLDistributionPoints,
    );
  });

  test("a signer of another algorithm signs nothing", async () => {
    const { plan: decided } = await plan();
    await expect(signPlan(decided!, makeTestKey("ed25519").signer)).rejects.toMatchObject({
      code: "signer.wrong-algorithm",
    });
  });
});

describe("lifetimes", () => {
  test("the default is cut at the issuer's end, an asked one beyond it is refused", async () => {
    const late = new Date(authority.facts.notAfter.getTime() - 10 * day * 1000);
    expect(seconds((await plan({ now: late })).plan!.notAfter)).toBe(
      seconds(authority.facts.notAfter),
    );
    expect(codes(await plan({ now: late, validitySeconds: 11 * day }))).toEqual([
      "certificate.lifetime-beyond-issuer",
    ]);
    expect(codes(await plan({ now: late, validitySeconds: 9 * day }))).toEqual([]);
  });

  test("backdating does not reach before the issuer", async () => {
    expect(
      seconds(
        (await plan({ now: new Date(authority.facts.notBefore.getTime() + 1000) })).plan!.notBefore,
      ),
    ).toBe(seconds(authority.facts.notBefore));
  });

  test.each([
    [90 * day, []],
    [90 * day + 1, ["certificate.lifetime-beyond-profile"]],
  ])("%d s against a profile of 90 d", async (validitySeconds, expected) => {
    expect(codes(await plan({ validitySeconds }))).toEqual(expected);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER])(
    "a validity of %d is refused, not an exception",
    async (validitySeconds) => {
      expect((await plan({ validitySeconds })).plan).toBeNull();
    },
  );

  test.each(["2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])(
    "an authority can end exactly at %s",
    async (end) => {
      const validitySeconds =
        (Date.parse(end) - Math.floor(now.getTime() / 1000) * 1000) / 1000 + 1;
      const rules = { ...rootRules, validitySecondsMax: validitySeconds };
      const root = makeTestKey("ed25519");
      const result = planAuthority({
        rules,
        subject: [{ type: "CN", value: "Long" }],
        spkiDer: root.spkiDer,
        issuer: null,
        signatureAlgorithm: "ed25519",
        serial: serialOf(1),
        now,
        validitySeconds,
        urls,
      });
      expect(result.findings).toEqual([]);
      expect(seconds(issuerFactsOf(await signPlan(result.plan!, root.signer)).notAfter)).toBe(
        seconds(new Date(end)),
      );
    },
  );

  test("an expired issuer and one that is not valid yet issue nothing", async () => {
    expect(
      codes(await plan({ now: new Date(authority.facts.notAfter.getTime() + 1000) })),
    ).toContain("certificate.issuer-not-valid");
    expect(
      codes(await plan({ now: new Date(authority.facts.notBefore.getTime() - 1000) })),
    ).toContain("certificate.issuer-not-valid");
  });
});

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
      "certificate.common-name-not-in-san",
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
          withRules({ subject: { commonName: "required", commonNameInSan: false, fixed: [] } }),
          { subject: [] },
        ),
      ),
    ).toEqual(["certificate.common-name-missing"]);
    expect(
      codes(
        await plan(
          withRules({ subject: { commonName: "forbidden", commonNameInSan: false, fixed: [] } }),
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
          ...withRules({ subject: { commonName: "optional", commonNameInSan: false, fixed: [] } }),
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
    // A common name that reads as a host counts as one, also where the profile does not ask for it among the alternative names.
    const lax = withRules({
      subject: { commonName: "optional", commonNameInSan: false, fixed: [] },
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

  test("every reason is told at once", async () => {
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
      "certificate.common-name-not-in-san",
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
  const asked = (change: Partial<AuthorityAsked> = {}): ReturnType<typeof planAuthority> =>
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

  test.each<[string, Partial<AuthorityAsked>, string]>([
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

  test("a certificate that is no authority's has no issuer facts", async () => {
    const leaf = await signPlan((await plan()).plan!, authority.key.signer);
    expect(() => issuerFactsOf(leaf)).toThrow(
      expect.objectContaining({ code: "issuer.not-an-authority" }),
    );
    expect(() => issuerFactsOf(leaf.subarray(1))).toThrow(
      expect.objectContaining({ code: "certificate.malformed" }),
    );
  });
});

test.each([
  ["*", "a.b", true],
  ["example.com", "example.com", true],
  ["example.com", "a.example.com", false],
  ["*.example.com", "a.example.com", true],
  ["*.example.com", "a.b.example.com", false],
  ["*.example.com", "example.com", false],
  ["**.example.com", "a.b.example.com", true],
  ["**.example.com", "example.com", false],
  ["**.example.com", "evilexample.com", false],
  ["*.example.com", "*.example.com", true],
  ["*.example.com", "*.a.example.com", false],
])("the pattern %s on %s: %s", (pattern, name, expected) => {
  expect(matchesDnsPattern(name, pattern)).toBe(expected);
});

test("an extension is written without critical FALSE", () => {
  expect(encodeExtension("2.5.29.14", false, Uint8Array.of(4, 0))).toHaveLength(11);
});
