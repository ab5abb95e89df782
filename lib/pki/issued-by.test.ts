import { expect, test } from "vitest";
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
