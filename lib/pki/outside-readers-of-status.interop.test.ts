import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCrlTbs } from "@/testing/pki/build-crl";
import {
  assembleOcspResponse,
  buildOcspTbs,
  issuerCertIdHashes,
  parseOcspRequest,
  type OcspStatus,
} from "./ocsp";
import { toPem } from "./pem";
import { formatSerial } from "./serial";
import { signPlan } from "./sign";
import {
  makeTestAuthority,
  makeTestKey,
  responderRules,
  serialOf,
  type TestAuthority,
  type TestKey,
} from "@/testing/pki/authorities";
import { issueTestCertificate } from "@/testing/pki/issue-certificate";
import { createOpensslFolder, isOpensslMissing } from "@/testing/pki/openssl-folder";
import { authorityKeyAlgorithms, type RevokedEntry } from "./types";

// The CRLs and OCSP responses that are written here are read by openssl, @peculiar/x509 and pkijs,
// for each kind of authority key.

const now = new Date(Math.floor(Date.now() / 1000) * 1000 - 5000);
const inAnHour = new Date(now.getTime() + 3_600_000);
const { openssl, write, read, remove } = createOpensslFolder();
afterAll(remove);
const buffer = (der: Uint8Array): ArrayBuffer => Uint8Array.from(der).buffer;
const colons = (serial: Uint8Array): string => formatSerial(serial).toUpperCase();

describe.skipIf(isOpensslMissing).each(authorityKeyAlgorithms)(
  "an authority with a key of the kind %s",
  (algorithm) => {
    let authority: TestAuthority;
    let responderKey: TestKey;
    let responder: Uint8Array;
    const file = (name: string): string => `${algorithm}-${name}`;

    beforeAll(async () => {
      authority = await makeTestAuthority(algorithm, now);
      responderKey = makeTestKey("ecdsa-p256");
      const leaf = await issueTestCertificate(authority, makeTestKey("ecdsa-p256"), 10, now);
      responder = await issueTestCertificate(authority, responderKey, 11, now, responderRules);
      write(file("root.pem"), toPem("CERTIFICATE", authority.root.der));
      write(file("issuing.pem"), toPem("CERTIFICATE", authority.der));
      write(file("leaf.pem"), toPem("CERTIFICATE", leaf));
    }, 120_000);

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
        idpUrl: null,
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
        toPem(
          "CERTIFICATE",
          await issueTestCertificate(authority, makeTestKey("ed25519"), 13, now),
        ),
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
          const request = parseOcspRequest(read(file("req.der")));
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
      const request = parseOcspRequest(read(file("own.der")));
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
