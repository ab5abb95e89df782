import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import * as pkijs from "pkijs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseCsr } from "./csr";
import { describeCertificate } from "./describe";
import { verifyChain } from "./path";
import { toPem } from "./pem";
import { planCertificate } from "./plan";
import { formatSerial } from "./serial";
import { signPlan } from "./sign";
import {
  makeTestAuthority,
  makeTestKey,
  responderRules,
  serialOf,
  serverRules,
  urls,
  type TestAuthority,
} from "@/testing/pki/authorities";
import { identityWith } from "@/testing/pki/identity-names";
import { issueTestCertificate } from "@/testing/pki/issue-certificate";
import { createOpensslFolder, isOpensslMissing } from "@/testing/pki/openssl-folder";
import { makeRequest } from "@/testing/pki/requests";
import { authorityKeyAlgorithms } from "./types";

// Everything that is written here is read by those who will meet it: openssl, Node, @peculiar/x509
// and pkijs, for each kind of authority key.

const now = new Date(Math.floor(Date.now() / 1000) * 1000 - 5000);
const { openssl, write, read, remove } = createOpensslFolder();
afterAll(remove);
const buffer = (der: Uint8Array): ArrayBuffer => Uint8Array.from(der).buffer;
const colons = (serial: Uint8Array): string => formatSerial(serial).toUpperCase();

describe.skipIf(isOpensslMissing).each(authorityKeyAlgorithms)(
  "an authority with a key of the kind %s",
  (algorithm) => {
    let authority: TestAuthority;
    let leaf: Uint8Array;
    let responder: Uint8Array;
    const file = (name: string): string => `${algorithm}-${name}`;

    beforeAll(async () => {
      authority = await makeTestAuthority(algorithm, now);
      leaf = await issueTestCertificate(authority, makeTestKey("ecdsa-p256"), 10, now);
      responder = await issueTestCertificate(
        authority,
        makeTestKey("ecdsa-p256"),
        11,
        now,
        responderRules,
      );
      write(file("root.pem"), toPem("CERTIFICATE", authority.root.der));
      write(file("issuing.pem"), toPem("CERTIFICATE", authority.der));
      write(file("leaf.pem"), toPem("CERTIFICATE", leaf));
      write(file("responder.pem"), toPem("CERTIFICATE", responder));
    }, 120_000);

    test("openssl verifies the chain strictly and reads the leaf", () => {
      for (const name of ["leaf.pem", "responder.pem"]) {
        expect(
          openssl(
            "verify",
            "-x509_strict",
            "-check_ss_sig",
            "-CAfile",
            file("root.pem"),
            "-untrusted",
            file("issuing.pem"),
            file(name),
          ),
        ).toContain("OK");
      }
      expect(
        openssl(
          "verify",
          "-x509_strict",
          "-purpose",
          "sslserver",
          "-verify_hostname",
          "pay.example.com",
          "-CAfile",
          file("root.pem"),
          "-untrusted",
          file("issuing.pem"),
          file("leaf.pem"),
        ),
      ).toContain("OK");
      const text = openssl("x509", "-in", file("leaf.pem"), "-noout", "-text", "-nameopt", "utf8");
      for (const part of [
        "DNS:pay.example.com",
        "IP Address:10.0.0.1",
        "IP Address:2001:DB8:0:0:0:0:0:1",
        "URI:spiffe://example.com/pay",
        "email:pay@example.com",
        "CA:FALSE",
        "TLS Web Server Authentication",
        urls.crl!,
        urls.ocsp!,
        "X509v3 Key Usage: critical",
      ])
        expect(text).toContain(part);
    });

    test("our own path check agrees", () => {
      expect(verifyChain(leaf, [authority.der], [authority.root.der], now).ok).toBe(true);
    });

    test("Node reads and verifies it", () => {
      const [node, issuing, root] = [
        new X509Certificate(leaf),
        new X509Certificate(authority.der),
        new X509Certificate(authority.root.der),
      ];
      expect([
        node.checkIssued(issuing),
        node.verify(issuing.publicKey),
        issuing.checkIssued(root),
        issuing.verify(root.publicKey),
        root.verify(root.publicKey),
        issuing.ca,
        node.ca,
      ]).toEqual([true, true, true, true, true, true, false]);
      expect(node.checkHost("pay.example.com")).toBe("pay.example.com");
      expect(node.checkIP("10.0.0.1")).toBe("10.0.0.1");
      expect(node.serialNumber).toBe(colons(serialOf(10)));
      const view = describeCertificate(leaf);
      expect(new Date(node.validTo).toISOString()).toBe(view.notAfter);
      expect(node.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(view.fingerprintSha256);
    });

    test("@peculiar/x509 and pkijs read and verify it", async () => {
      const [certificate, issuing] = [
        new x509.X509Certificate(buffer(leaf)),
        new x509.X509Certificate(buffer(authority.der)),
      ];
      expect(
        await certificate.verify({
          publicKey: issuing.publicKey,
          date: new Date(now.getTime() + 1000),
        }),
      ).toBe(true);
      expect(certificate.subject).toBe("CN=pay.example.com");
      expect(Buffer.from(certificate.rawData)).toEqual(Buffer.from(leaf));
      const theirs = pkijs.Certificate.fromBER(buffer(leaf));
      expect(theirs.extensions).toHaveLength(describeCertificate(leaf).extensions.length);
      expect(Buffer.from(theirs.toSchema(true).toBER())).toEqual(Buffer.from(leaf));
      // Their engine of this version knows no Ed25519.
      const verified =
        algorithm === "ed25519"
          ? true
          : await theirs.verify(pkijs.Certificate.fromBER(buffer(authority.der)));
      expect(verified).toBe(true);
    });
  },
);

describe.skipIf(isOpensslMissing)("requests that openssl makes are read", () => {
  test.each([
    ["P-256", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "ecdsa-p256"],
    ["P-384", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-sha384"], "ecdsa-p384"],
    ["RSA 2048", ["-newkey", "rsa:2048"], "rsa-2048"],
    ["RSA 3072 with SHA-512", ["-newkey", "rsa:3072", "-sha512"], "rsa-3072"],
    ["Ed25519", ["-newkey", "ed25519"], "ed25519"],
    ["RSA 1024", ["-newkey", "rsa:1024"], null],
    ["secp256k1", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"], null],
  ])("%s, in PEM and DER, as the libraries read them", (_, args, expected) => {
    const common = [
      "req",
      "-new",
      ...args,
      "-nodes",
      "-keyout",
      "csr-key.pem",
      "-subj",
      "/C=DE/O=Exämple/CN=pay.example.com",
      "-utf8",
      "-addext",
      "subjectAltName=DNS:pay.example.com,IP:10.0.0.1,URI:spiffe://example.com/pay",
      "-addext",
      "keyUsage=digitalSignature",
    ];
    openssl(...common, "-out", "csr.pem");
    openssl("req", "-in", "csr.pem", "-outform", "DER", "-out", "csr.der");
    const csr = parseCsr(Buffer.from(read("csr.pem")).toString("utf8"));
    expect(parseCsr(read("csr.der"))).toEqual(csr);
    expect(csr).toMatchObject({
      subjectText: "CN=pay.example.com,O=Exämple,C=DE",
      key: { algorithm: expected },
      ignoredExtensions: ["keyUsage (2.5.29.15)"],
    });
    const theirs = new x509.Pkcs10CertificateRequest(buffer(csr.der));
    expect(Buffer.from(theirs.publicKey.rawData)).toEqual(Buffer.from(csr.key.spkiDer));
    const san = theirs.extensions.find(
      (extension) => extension instanceof x509.SubjectAlternativeNameExtension,
    );
    expect(
      san?.names.items.map(({ type, value }) => ({ type: type === "url" ? "uri" : type, value })),
    ).toEqual(csr.sans);
    expect(pkijs.CertificationRequest.fromBER(buffer(csr.der)).attributes).toHaveLength(1);
  });
});

test
  .skipIf(isOpensslMissing)
  .each(["2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])(
  "a certificate that ends at %s is read so by openssl and Node",
  async (end) => {
    const seconds = (Date.parse(end) - now.getTime()) / 1000 + 1;
    const authority = await makeTestAuthority(
      "ecdsa-p256",
      now,
      seconds + 86_400 > 20_000 * 86_400 ? 19_000 * 86_400 : seconds,
    );
    const rules = { ...serverRules, validitySecondsDefault: seconds, validitySecondsMax: seconds };
    const csr = parseCsr(await makeRequest(makeTestKey("ecdsa-p256")));
    const { plan } = planCertificate({
      rules,
      profileName: "p",
      issuer: { ...authority.facts, notAfter: new Date(end) },
      csr,
      identity: identityWith(),
      serial: serialOf(1),
      now,
      urls,
    });
    const der = await signPlan(plan!, authority.key.signer);
    write("long.pem", toPem("CERTIFICATE", der));
    const wanted = new Date(end).toUTCString();
    const [, day, month, year, clock] = /\w+, 0?(\d+) (\w+) (\d+) ([\d:]+)/.exec(wanted)!;
    expect(openssl("x509", "-in", "long.pem", "-noout", "-enddate").replace(/\s+/g, " ")).toContain(
      `notAfter=${month} ${day} ${clock} ${year} GMT`,
    );
    expect(new Date(new X509Certificate(der).validTo).toISOString()).toBe(
      new Date(end).toISOString(),
    );
    expect(new x509.X509Certificate(buffer(der)).notAfter.toISOString()).toBe(
      new Date(end).toISOString(),
    );
  },
);
