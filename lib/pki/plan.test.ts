import { describe, expect, test } from "vitest";
import {
  makeTestKey,
  now,
  responderRules,
  rootRules,
  serialOf,
  urls,
} from "@/testing/pki/authorities";
import { identityWith } from "@/testing/pki/identity-names";
import { makeRequest } from "@/testing/pki/requests";
import { readCertificate } from "./certificate";
import { parseCsr } from "./csr";
import { encodeExtension } from "./extensions";
import { issuerFactsOf } from "./issuer";
import { extensionOids } from "./oids";
import { planAuthority } from "./plan";
import { matchesDnsPattern } from "./profile-names";
import { signPlan } from "./sign";
import { authority, key, day, plan, codes, withRules, dns } from "@/testing/pki/plan-fixture";

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
        commonNameFrom: "san",
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

  test("a responder certificate gets nocheck and its purpose, and no address for its own status", async () => {
    const result = await plan(
      { rules: responderRules, identity: identityWith(["Example OCSP"]) },
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
