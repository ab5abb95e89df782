import { expect, test } from "vitest";
import { issueTestCertificate } from "@/testing/pki/issue-certificate";
import { makeTestAuthority, makeTestKey, now, serialOf } from "@/testing/pki/authorities";
import { expiryIfIssued } from "./issued-by";

const serial = new Uint8Array(16).fill(7);

test.each([
  ["nothing", null],
  ["no bytes", new Uint8Array()],
  ["an empty sequence", Uint8Array.of(0x30, 0)],
  ["text", Buffer.from("-----BEGIN CERTIFICATE-----")],
])("%s is no certificate that an issuer signed", (_what, der) => {
  expect(expiryIfIssued(der, serial, der)).toBeNull();
  expect(expiryIfIssued(der, serial, null)).toBeNull();
});

test("a certificate counts only with its own serial number and the key that signed it", async () => {
  const [issuer, stranger] = [
    await makeTestAuthority("ecdsa-p256"),
    await makeTestAuthority("ecdsa-p256"),
  ];
  const der = await issueTestCertificate(issuer, makeTestKey("ecdsa-p256"), 7, now);
  expect(expiryIfIssued(der, serialOf(7), issuer.der)?.getTime()).toBeGreaterThan(now.getTime());
  expect(expiryIfIssued(der, serialOf(8), issuer.der)).toBeNull();
  expect(expiryIfIssued(der, serialOf(7), stranger.der)).toBeNull();
  // Of the same name and above it, but not the one that signed it.
  expect(expiryIfIssued(der, serialOf(7), issuer.root.der)).toBeNull();
  const changed = Uint8Array.from(der);
  changed[changed.length - 1]! ^= 1;
  expect(expiryIfIssued(changed, serialOf(7), issuer.der)).toBeNull();
});
