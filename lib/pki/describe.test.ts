import { describe, expect, test } from "vitest";
import { makeTestAuthority } from "@/testing/pki/authorities";
import { fixtureContext, permittedExample } from "@/testing/pki/lint-parts";
import { readCertificate } from "./certificate";
import { describeCertificate, describeExtensions } from "./describe";
import { derOf, fromPem, toPem } from "./pem";

const authority = await makeTestAuthority("ed25519");

describe("a certificate in words", () => {
  test("is plain JSON and says what each extension means", () => {
    const view = describeCertificate(authority.der);
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    expect(view).toMatchObject({
      subject: "CN=Example Issuing,O=Exämple,C=DE",
      issuer: "CN=Example Root,O=Exämple,C=DE",
      key: "Ed25519",
      signatureAlgorithm: "ed25519",
      isAuthority: true,
      notBefore: "2026-11-23T09:59:00.000Z",
    });
    expect(view.fingerprintSha256).toMatch(/^[0-9a-f]{64}$/);
    const lines = Object.fromEntries(
      view.extensions.map(({ name, lines: found }) => [name, found]),
    );
    expect(lines).toMatchObject({
      "Key usage": ["Certificate signing", "CRL signing"],
      "Basic constraints": ["Certificate authority", "At most 0 CAs below it"],
      "CRL addresses": ["http://ca.example.com/crl/issuing.crl"],
      "Authority information": [
        "OCSP: http://ca.example.com/ocsp",
        "Issuer certificate: http://ca.example.com/ca/issuing.cer",
      ],
    });
  });

  test("name constraints are shown in words, unknown and broken values in hex", () => {
    const constrained = describeCertificate(fixtureContext("constrained").issuer.certificateDer);
    expect(constrained.extensions.find(({ name }) => name === "Name constraints")?.lines).toEqual([
      "Permitted: DNS example.com",
    ]);
    const found = (oid: string, value: Uint8Array): unknown =>
      describeExtensions([{ oid, value, critical: false, criticalContent: null }])[0];
    expect(found("1.2.3.4", Uint8Array.of(5, 0))).toEqual({
      name: "1.2.3.4",
      oid: "1.2.3.4",
      critical: false,
      lines: ["0500"],
    });
    expect(found("2.5.29.19", permittedExample.subarray(1))).toMatchObject({
      lines: [expect.stringMatching(/^Not readable: /)],
    });
  });

  test("what is no certificate is refused", () => {
    for (let length = 0; length < authority.der.length; length += 1) {
      expect(() => describeCertificate(authority.der.subarray(0, length))).toThrow(
        expect.objectContaining({ code: "certificate.malformed" }),
      );
    }
    expect(() => readCertificate(Uint8Array.of(...authority.der, 0))).toThrow(
      expect.objectContaining({ code: "certificate.malformed" }),
    );
  });
});

describe("PEM", () => {
  const pem = toPem("CERTIFICATE", authority.der);

  test("there and back, 64 columns, every form", () => {
    expect(pem.split("\n").every((line) => line.length <= 64)).toBe(true);
    for (const input of [
      authority.der,
      pem,
      Buffer.from(pem),
      `text\n${pem}`,
      Buffer.from(authority.der).toString("base64"),
      toPem("X509 CRL", Uint8Array.of(0x30, 0)) + pem,
    ]) {
      expect(Buffer.from(derOf(input, "CERTIFICATE"))).toEqual(Buffer.from(authority.der));
    }
    expect(fromPem(pem + pem, "CERTIFICATE")).toHaveLength(2);
    expect(fromPem("nothing")).toEqual([]);
    expect(toPem("X", new Uint8Array(48))).toBe(
      `-----BEGIN X-----\n${"A".repeat(64)}\n-----END X-----\n`,
    );
  });

  test.each([
    ["another label", toPem("X509 CRL", Uint8Array.of(0x30, 0)), "pem.wrong-label"],
    ["two blocks", pem + pem, "pem.wrong-label"],
    ["no base64", "hello, world", "pem.malformed"],
    ["a broken end", pem.replace("-----END", "-----XXX"), "pem.malformed"],
    ["other ends", pem.replace("END CERTIFICATE", "END X509 CRL"), "pem.malformed"],
    ["nothing", "", "pem.malformed"],
  ])("%s is refused", (_, input, code) => {
    expect(() => derOf(input, "CERTIFICATE")).toThrow(expect.objectContaining({ code }));
  });
});
