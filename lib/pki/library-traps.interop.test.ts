import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCrlTbs } from "@/testing/pki/build-crl";
import { readCrl } from "./crl-reader";
import { parseCsr } from "./csr";
import { integer } from "./der";
import { readDer, takeInteger } from "./der-reader";
import { generalizedTime } from "./der-time";
import { describeCertificate } from "./describe";
import { buildOcspTbs } from "./ocsp";
import { verifyChain } from "./path";
import { planCertificate } from "./plan";
import { signPlan } from "./sign";
import {
  makeTestAuthority,
  makeTestKey,
  now,
  serialOf,
  serverRules,
  urls,
  type TestAuthority,
} from "@/testing/pki/authorities";
import { identityWith } from "@/testing/pki/identity-names";
import { makeCertId, makeRequest } from "@/testing/pki/requests";

// Each trap of the certificate libraries that was met is shown here as it is, and that what is
// written here does not share it. If a library
// fixes one, its half of the test fails, and the trap can be removed from docs/architecture.md.

const p256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const hex = (bytes: ArrayBuffer | Uint8Array): string =>
  Buffer.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)).toString("hex");
const buffer = (der: Uint8Array): ArrayBuffer => Uint8Array.from(der).buffer;
let authority: TestAuthority;
let keys: CryptoKeyPair;
let ca: x509.X509Certificate;

beforeAll(async () => {
  authority = await makeTestAuthority("ecdsa-p256");
  keys = await crypto.subtle.generateKey(p256, true, ["sign", "verify"]);
  ca = await x509.X509CertificateGenerator.createSelfSigned({
    keys,
    name: "CN=Library CA, O=Exämple",
    notBefore: new Date("2020-01-01"),
    notAfter: new Date("2040-01-01"),
    signingAlgorithm: p256,
  });
});

async function leafOf(subject: readonly { type: string; value: string }[]): Promise<Uint8Array> {
  const csr = parseCsr(await makeRequest(makeTestKey("ecdsa-p256"), { subject }));
  const { plan } = planCertificate({
    rules: serverRules,
    profileName: "tls-server",
    issuer: authority.facts,
    csr,
    identity: identityWith(),
    serial: serialOf(9),
    now,
    urls,
  });
  return signPlan(plan!, authority.key.signer);
}

describe("traps of the libraries", () => {
  test("empty extensions: their CRL entry without a reason carries an illegal empty SEQUENCE, ours carries nothing", async () => {
    const theirs = await x509.X509CrlGenerator.create({
      issuer: ca.subjectName,
      thisUpdate: now,
      nextUpdate: new Date(now.getTime() + 1000),
      entries: [{ serialNumber: "0a" }],
      signingKey: keys.privateKey,
      signingAlgorithm: p256,
    });
    const serialAndTime = /02010a170d[0-9a-f]{26}/;
    expect(hex(theirs.rawData).split(serialAndTime)[1]).toMatch(/^3000/);
    const ours = buildCrlTbs({
      issuer: authority.facts,
      crlNumber: 1n,
      thisUpdate: now,
      nextUpdate: new Date(now.getTime() + 1000),
      idpUrl: null,
      entries: [
        { serial: Uint8Array.of(10), revokedAt: now, reason: "unspecified", invalidityDate: null },
      ],
    });
    expect(hex(ours).split(serialAndTime)[1]).not.toMatch(/^3000/);
  });

  test("verify is exclusive at both ends, by the wall clock unless told; ours is inclusive and is always told", async () => {
    const at = (date: Date): Promise<boolean> =>
      ca.verify({ date, signatureOnly: false, publicKey: ca.publicKey });
    expect([
      await at(ca.notBefore),
      await at(new Date(ca.notBefore.getTime() + 1000)),
      await at(ca.notAfter),
    ]).toEqual([false, true, false]);
    const { notBefore, notAfter } = authority.root.facts;
    for (const date of [notBefore, notAfter])
      expect(verifyChain(authority.root.der, [], [authority.root.der], date).ok).toBe(true);
    for (const date of [new Date(notBefore.getTime() - 1), new Date(notAfter.getTime() + 1000)])
      expect(verifyChain(authority.root.der, [], [authority.root.der], date).ok).toBe(false);
  });

  test("a string issuer is encoded again: their child's issuer bytes are not the authority's, ours are", async () => {
    const authorityCertificate = new x509.X509Certificate(buffer(authority.der));
    const child = await x509.X509CertificateGenerator.create({
      issuer: authorityCertificate.subject,
      subject: "CN=child",
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: p256,
      notBefore: now,
      notAfter: new Date(now.getTime() + 1000),
    });
    expect(hex(child.issuerName.toArrayBuffer())).not.toBe(hex(authority.facts.subjectDer));
    const ours = new x509.X509Certificate(
      buffer(await leafOf([{ type: "CN", value: "pay.example.com" }])),
    );
    expect(hex(ours.issuerName.toArrayBuffer())).toBe(hex(authority.facts.subjectDer));
  });

  test("serial 00 becomes a random one with them; here a serial is what it was decided to be, or refused", async () => {
    const make = async (): Promise<string> =>
      (
        await x509.X509CertificateGenerator.createSelfSigned({
          serialNumber: "00",
          keys,
          name: "CN=zero",
          signingAlgorithm: p256,
        })
      ).serialNumber;
    expect(await make()).not.toBe(await make());
    expect(hex(takeInteger(readDer(integer(0)), "a serial"))).toBe("00");
    const csr = parseCsr(await makeRequest(makeTestKey("ecdsa-p256")));
    const { plan, findings } = planCertificate({
      rules: serverRules,
      profileName: "x",
      issuer: authority.facts,
      csr,
      identity: identityWith(),
      serial: new Uint8Array(16),
      now,
      urls,
    });
    expect(plan).toBeNull();
    expect(findings.map(({ code }) => code)).toContain("lint.serial-positive");
  });

  test("an empty subject leaves their subjectAltName non-critical, ours is critical", async () => {
    const theirs = await x509.X509CertificateGenerator.createSelfSigned({
      keys,
      name: "",
      signingAlgorithm: p256,
      extensions: [
        new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "pay.example.com" }]),
      ],
    });
    expect(theirs.getExtension("2.5.29.17")?.critical).toBe(false);
    expect(
      new x509.X509Certificate(buffer(await leafOf([]))).getExtension("2.5.29.17")?.critical,
    ).toBe(true);
  });

  test("pkijs signs CRLs and OCSP answers with SHA-1 unless told; nothing here names SHA-1 as a signature", async () => {
    const crl = new pkijs.CertificateRevocationList({
      issuer: new pkijs.RelativeDistinguishedNames(),
      thisUpdate: new pkijs.Time({ value: now }),
    });
    await crl.sign(keys.privateKey);
    expect(crl.signatureAlgorithm.algorithmId).toBe("1.2.840.10045.4.1");
    expect(describeCertificate(authority.der).signatureAlgorithm).toBe("ecdsa-sha256");
    await expect(
      makeRequest(authority.key, {
        algorithmDer: Uint8Array.from(Buffer.from("300906072a8648ce3d0401", "hex")),
      }).then(parseCsr),
    ).rejects.toMatchObject({ code: "csr.weak-signature" });
  });

  test("asn1js refuses more than 10,000 nodes, so no library reads a CRL of 2,000 entries; ours does", async () => {
    const entries = Array.from({ length: 2000 }, (_, index) => ({
      serial: serialOf(index),
      revokedAt: now,
      reason: "superseded" as const,
      invalidityDate: null,
    }));
    const tbsDer = buildCrlTbs({
      issuer: authority.facts,
      crlNumber: 1n,
      thisUpdate: now,
      nextUpdate: new Date(now.getTime() + 1000),
      idpUrl: urls.crl,
      entries,
    });
    const der = await signPlan(
      { tbsDer, signatureAlgorithm: "ecdsa-sha256" },
      authority.key.signer,
    );
    const parsed = asn1js.fromBER(buffer(der));
    expect([parsed.offset, parsed.result.error]).toEqual([
      -1,
      expect.stringMatching(/node count/i),
    ]);
    expect(() => new x509.X509Crl(buffer(der))).toThrow(/ASN|node|schema|parse/i);
    expect(readCrl(der).count).toBe(2000);
  });

  test("milliseconds slip into their GeneralizedTime, never into ours", () => {
    const date = new Date("2026-11-23T10:00:21.960Z");
    const theirs = new asn1js.GeneralizedTime({ valueDate: date });
    expect(Buffer.from(theirs.toBER()).toString("latin1")).toContain("20261123100021.96");
    expect(Buffer.from(generalizedTime(date)).toString("latin1")).toContain("20261123100021Z");
    const tbs = buildOcspTbs({
      responderSpki: authority.key.spkiDer,
      producedAt: date,
      nonce: null,
      responses: [
        {
          rawCertId: makeCertId({ serial: serialOf(1) }),
          status: { state: "good" },
          thisUpdate: date,
          nextUpdate: new Date(date.getTime() + 5000),
        },
      ],
    });
    expect(
      Buffer.from(tbs)
        .toString("latin1")
        .match(/20261123\d{6}[^Z]/),
    ).toBeNull();
  });
});
