import "reflect-metadata";
import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCrlTbs } from "@/lib/pki/crl";
import { parseCsr } from "@/lib/pki/csr";
import { describeCertificate } from "@/lib/pki/describe";
import {
  assembleOcspResponse,
  buildOcspTbs,
  issuerCertIdHashes,
  parseOcspRequest,
  type OcspStatus,
} from "@/lib/pki/ocsp";
import { verifyChain } from "@/lib/pki/path";
import { toPem } from "@/lib/pki/pem";
import { planCertificate } from "@/lib/pki/plan";
import { formatSerial } from "@/lib/pki/serial";
import { signPlan } from "@/lib/pki/sign";
import {
  makeTestAuthority,
  makeTestKey,
  responderRules,
  serialOf,
  serverRules,
  urls,
  type TestAuthority,
  type TestKey,
} from "@/lib/pki/testdata/authorities";
import { makeRequest } from "@/lib/pki/testdata/requests";
import { authorityKeyAlgorithms, type ProfileRules, type RevokedEntry } from "@/lib/pki/types";

// Everything that is written here is read by those who will meet it: openssl, Node, @peculiar/x509 and pkijs, for each kind of authority key.

const now = new Date(Math.floor(Date.now() / 1000) * 1000 - 5000);
const inAnHour = new Date(now.getTime() + 3_600_000);
const folder = mkdtempSync(join(tmpdir(), "pki-interop-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Without openssl these are skipped by name, except where all tests have to run. */
const isMissing = !process.env["CI"] && spawnSync("openssl", ["version"]).error !== undefined;
const openssl = (...args: string[]): string =>
  execFileSync("openssl", args, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return name;
};
const buffer = (der: Uint8Array): ArrayBuffer => Uint8Array.from(der).buffer;
const colons = (serial: Uint8Array): string => formatSerial(serial).toUpperCase();

async function issue(
  authority: TestAuthority,
  key: TestKey,
  number: number,
  rules: ProfileRules = serverRules,
  at = now,
): Promise<Uint8Array> {
  const isResponder = rules.kind === "ocsp-responder";
  const csr = parseCsr(
    await makeRequest(
      key,
      isResponder
        ? { subject: [{ type: "CN", value: "Example OCSP" }], sans: [] }
        : {
            sans: [
              { type: "dns", value: "pay.example.com" },
              { type: "ip", value: "10.0.0.1" },
              { type: "ip", value: "2001:db8::1" },
              { type: "email", value: "pay@example.com" },
              { type: "uri", value: "spiffe://example.com/pay" },
            ],
          },
    ),
  );
  const { plan, findings } = planCertificate({
    rules,
    profileName: "p",
    issuer: authority.facts,
    csr,
    serial: serialOf(number),
    now: at,
    urls,
  });
  expect(findings).toEqual([]);
  return signPlan(plan!, authority.key.signer);
}

describe.skipIf(isMissing).each(authorityKeyAlgorithms)(
  "an authority with a key of the kind %s",
  (algorithm) => {
    let authority: TestAuthority;
    let leaf: Uint8Array;
    let responderKey: TestKey;
    let responder: Uint8Array;
    const file = (name: string): string => `${algorithm}-${name}`;

    beforeAll(async () => {
      authority = await makeTestAuthority(algorithm, now);
      responderKey = makeTestKey("ecdsa-p256");
      leaf = await issue(authority, makeTestKey("ecdsa-p256"), 10);
      responder = await issue(authority, responderKey, 11, responderRules);
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

    test("openssl verifies a CRL, sees reasons and dates, and refuses the revoked certificate", async () => {
      const entries: RevokedEntry[] = [
        { serial: serialOf(3), revokedAt: now, reason: "unspecified", invalidityDate: null },
        {
          serial: serialOf(10),
          revokedAt: now,
          reason: "keyCompromise",
          invalidityDate: new Date("2026-01-02T03:04:05Z"),
        },
        { serial: serialOf(12), revokedAt: now, reason: "certificateHold", invalidityDate: null },
      ];
      const tbsDer = buildCrlTbs({
        issuer: authority.facts,
        crlNumber: 4660n,
        thisUpdate: now,
        nextUpdate: inAnHour,
        idpUrl: urls.crl,
        entries,
      });
      const der = await signPlan(
        { tbsDer, signatureAlgorithm: authority.facts.signatureAlgorithm },
        authority.key.signer,
      );
      const name = write(file("list.crl"), der);
      write(file("list.crl.pem"), toPem("X509 CRL", der));
      const text = openssl("crl", "-inform", "DER", "-in", name, "-noout", "-text");
      for (const part of [
        "X509v3 CRL Number",
        "4660",
        "Key Compromise",
        "Certificate Hold",
        "Invalidity Date",
        "Issuing Distribution Point: critical",
        colons(serialOf(12)),
      ])
        expect(text).toContain(part);
      expect(
        openssl(
          "crl",
          "-in",
          file("list.crl.pem"),
          "-CAfile",
          file("issuing.pem"),
          "-noout",
          "-nextupdate",
        ),
      ).toContain("nextUpdate=");
      const check = (leafFile: string): string => {
        try {
          return openssl(
            "verify",
            "-crl_check",
            "-CAfile",
            file("root.pem"),
            "-untrusted",
            file("issuing.pem"),
            "-CRLfile",
            file("list.crl.pem"),
            leafFile,
          );
        } catch (error) {
          return String((error as { stderr: string }).stderr);
        }
      };
      expect(check(file("leaf.pem"))).toMatch(/certificate revoked/);
      write(
        file("good.pem"),
        toPem("CERTIFICATE", await issue(authority, makeTestKey("ed25519"), 13)),
      );
      expect(check(file("good.pem"))).toContain("OK");
      const theirs = new x509.X509Crl(buffer(der));
      expect(theirs.entries.map(({ serialNumber, reason }) => [serialNumber, reason])).toEqual([
        [formatSerial(serialOf(3)), undefined],
        [formatSerial(serialOf(10)), 1],
        [formatSerial(serialOf(12)), 6],
      ]);
      expect(
        await theirs.verify({
          publicKey: new x509.X509Certificate(buffer(authority.der)).publicKey,
        }),
      ).toBe(true);
      expect(pkijs.CertificateRevocationList.fromBER(buffer(der)).revokedCertificates).toHaveLength(
        3,
      );
    });

    test("openssl reads an empty CRL", async () => {
      const tbsDer = buildCrlTbs({
        issuer: authority.facts,
        crlNumber: 1n,
        thisUpdate: now,
        nextUpdate: inAnHour,
        idpUrl: null,
        entries: [],
      });
      const name = write(
        file("empty.crl"),
        await signPlan(
          { tbsDer, signatureAlgorithm: authority.facts.signatureAlgorithm },
          authority.key.signer,
        ),
      );
      expect(openssl("crl", "-inform", "DER", "-in", name, "-noout", "-text")).toContain(
        "No Revoked Certificates",
      );
    });

    test.each<[OcspStatus, string]>([
      [{ state: "good" }, ": good"],
      [{ state: "unknown" }, ": unknown"],
      [{ state: "revoked", at: now, reason: "superseded" }, ": revoked"],
      [{ state: "revoked", at: now, reason: "unspecified" }, ": revoked"],
    ])(
      "openssl asks, and believes the answer %j by a delegated responder",
      async (status, expected) => {
        for (const digest of status.state === "good" ? ["-sha1", "-sha256"] : ["-sha256"]) {
          openssl(
            "ocsp",
            digest,
            "-issuer",
            file("issuing.pem"),
            "-cert",
            file("leaf.pem"),
            "-reqout",
            file("req.der"),
          );
          const request = parseOcspRequest(
            Uint8Array.from(readFileSync(join(folder, file("req.der")))),
          );
          const [certId] = request.certIds;
          const hashes = issuerCertIdHashes(authority.facts).find(
            ({ hashAlgorithm }) => hashAlgorithm === certId!.hashAlgorithm,
          )!;
          expect([
            Buffer.from(certId!.issuerNameHash),
            Buffer.from(certId!.issuerKeyHash),
            Buffer.from(certId!.serial),
          ]).toEqual([
            Buffer.from(hashes.issuerNameHash),
            Buffer.from(hashes.issuerKeyHash),
            Buffer.from(serialOf(10)),
          ]);
          expect(request.nonce).not.toBeNull();
          const tbs = buildOcspTbs({
            responderSpki: responderKey.spkiDer,
            producedAt: now,
            nonce: request.nonce,
            responses: [{ rawCertId: certId!.raw, status, thisUpdate: now, nextUpdate: inAnHour }],
          });
          const response = assembleOcspResponse(
            tbs,
            "ecdsa-sha256",
            await responderKey.signer.sign(tbs),
            responder,
          );
          write(file("resp.der"), response);
          write(
            file("trust.pem"),
            toPem("CERTIFICATE", authority.root.der) + toPem("CERTIFICATE", authority.der),
          );
          const answer = openssl(
            "ocsp",
            "-respin",
            file("resp.der"),
            "-reqin",
            file("req.der"),
            "-no_nonce",
            "-issuer",
            file("issuing.pem"),
            digest,
            "-cert",
            file("leaf.pem"),
            "-CAfile",
            file("trust.pem"),
          );
          expect(answer).toContain(`${file("leaf.pem")}${expected}`);
          const basic = new pkijs.OCSPResponse({ schema: asn1js.fromBER(buffer(response)).result });
          expect(basic.responseStatus.valueBlock.valueDec).toBe(0);
        }
      },
    );

    test("openssl believes an answer by the authority itself", async () => {
      openssl(
        "ocsp",
        "-issuer",
        file("issuing.pem"),
        "-cert",
        file("leaf.pem"),
        "-no_nonce",
        "-reqout",
        file("own.der"),
      );
      const request = parseOcspRequest(
        Uint8Array.from(readFileSync(join(folder, file("own.der")))),
      );
      const tbs = buildOcspTbs({
        responderSpki: authority.facts.spkiDer,
        producedAt: now,
        nonce: null,
        responses: [
          {
            rawCertId: request.certIds[0]!.raw,
            status: { state: "good" },
            thisUpdate: now,
            nextUpdate: inAnHour,
          },
        ],
      });
      write(
        file("ownresp.der"),
        assembleOcspResponse(
          tbs,
          authority.facts.signatureAlgorithm,
          await authority.key.signer.sign(tbs),
          null,
        ),
      );
      write(
        file("trust.pem"),
        toPem("CERTIFICATE", authority.root.der) + toPem("CERTIFICATE", authority.der),
      );
      expect(
        openssl(
          "ocsp",
          "-respin",
          file("ownresp.der"),
          "-reqin",
          file("own.der"),
          "-no_nonce",
          "-issuer",
          file("issuing.pem"),
          "-cert",
          file("leaf.pem"),
          "-CAfile",
          file("trust.pem"),
        ),
      ).toContain(": good");
    });
  },
);

describe.skipIf(isMissing)("requests that openssl makes are read", () => {
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
    const csr = parseCsr(readFileSync(join(folder, "csr.pem"), "utf8"));
    expect(parseCsr(Uint8Array.from(readFileSync(join(folder, "csr.der"))))).toEqual(csr);
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
  .skipIf(isMissing)
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
