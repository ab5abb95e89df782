import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeTestAuthority, now, urls } from "@/testing/pki/authorities";
import { buildCrlTbs } from "@/testing/pki/build-crl";
import { readCrl } from "./crl-reader";
import { sha256Steps } from "./digest-steps";
import { pemSteps, toPem } from "./pem";
import { signPlan } from "./sign";
import { atOnce, type Steps } from "./steps";
import { verifyCrl } from "./verify-crl";

const { facts, key } = await makeTestAuthority("ecdsa-p256");
const entries = Array.from({ length: 30_000 }, (_, n) => {
  const serial = Buffer.alloc(16, 0x40);
  serial.writeUInt32BE(2 * n + 1, 12);
  return { serial, revokedAt: now, reason: "superseded" as const, invalidityDate: null };
});
const tbsDer = buildCrlTbs({
  issuer: facts,
  crlNumber: 7n,
  thisUpdate: now,
  nextUpdate: new Date(now.getTime() + 3_600_000),
  idpUrl: urls.crl,
  entries,
});
const { signatureAlgorithm } = facts;
const der = await signPlan({ tbsDer, signatureAlgorithm }, key.signer);

/** How often the work pauses. */
function pausesOf(steps: Steps<unknown>): number {
  let pauses = 0;
  while (steps.next().done !== true) pauses += 1;
  return pauses;
}

describe("a CRL of more than a million octets", () => {
  test("verifies, with pauses, and every serial of it is found and none between them", () => {
    expect(der.length).toBeGreaterThan(1 << 20);
    expect(pausesOf(verifyCrl(der, facts))).toBeGreaterThan(2);
    const crl = atOnce(verifyCrl(der, facts));
    const found = entries.filter(({ serial }) => crl.find(serial) !== null);
    expect(found).toHaveLength(entries.length);
    const between = entries.map(({ serial }) => {
      const other = Buffer.from(serial);
      other.writeUInt32BE(other.readUInt32BE(12) + 1, 12);
      return other;
    });
    expect(between.filter((serial) => crl.has(serial))).toEqual([]);
    expect([Buffer.alloc(16, 0x3f), Buffer.alloc(16, 0x41), Buffer.of(1)].some(crl.has)).toBe(
      false,
    );
  });

  test("does not verify with one bit changed, wherever it is", () => {
    for (let round = 0; round < 12; round++) {
      const changed = Uint8Array.from(der);
      // In the revocation date of an entry, so that it can still be read.
      const at = Buffer.from(changed.buffer).indexOf(
        entries[(round * 2_500) % entries.length]!.serial,
      );
      changed[at + 16 + 2 + 11] = (changed[at + 16 + 2 + 11] ?? 0) ^ 1;
      expect(readCrl(changed).count).toBe(entries.length);
      expect(() => atOnce(verifyCrl(changed, facts))).toThrow(/signature does not verify/);
    }
  });

  test("has the SHA-256 of its octets", () => {
    expect(Buffer.from(atOnce(sha256Steps(der)))).toEqual(
      createHash("sha256").update(der).digest(),
    );
  });
});

test.each([1, 2, 3, 47, 48, 49, 96, 97, 1_000, 400_001])(
  "PEM of %i octets is the same with pauses and without",
  (length) => {
    const bytes = Uint8Array.from(randomBytes(length));
    expect(Buffer.from(atOnce(pemSteps("X509 CRL", bytes))).toString()).toBe(
      toPem("X509 CRL", bytes),
    );
  },
);
