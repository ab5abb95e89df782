import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeTestAuthority, now, urls } from "@/testing/pki/authorities";
import { buildCrlTbs } from "@/testing/pki/build-crl";
import { applyCrlChanges, crlChanges } from "./crl-changes";
import { readCrl, type Crl } from "./crl-reader";
import { signPlan } from "./sign";
import { atOnce } from "./steps";
import { revocationReasons, type RevokedEntry } from "./types";

const { facts, key } = await makeTestAuthority("ecdsa-p256");
const below = (end: number): number => Math.floor(Math.random() * end);
const randomEntry = (): RevokedEntry => ({
  serial: Uint8Array.of(1 + below(0x7e), ...randomBytes(below(19))),
  revokedAt: new Date(now.getTime() - below(1e9)),
  reason: revocationReasons[below(revocationReasons.length)] ?? "unspecified",
  invalidityDate: below(4) === 0 ? new Date(now.getTime() - below(1e10)) : null,
});
type Entries = ReadonlyMap<string, RevokedEntry>;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const ofRandom = (count: number): Map<string, RevokedEntry> =>
  new Map(
    Array.from({ length: count }, randomEntry).map((entry) => [hex(entry.serial), entry] as const),
  );
let number = 1n;
async function crlOf(entries: Entries, sort = true): Promise<Crl> {
  const order = (a: RevokedEntry, b: RevokedEntry): number =>
    a.serial.length - b.serial.length || Buffer.compare(a.serial, b.serial);
  const list = [...entries.values()];
  const tbsDer = buildCrlTbs({
    issuer: facts,
    crlNumber: number++,
    thisUpdate: now,
    nextUpdate: new Date(now.getTime() + 3_600_000),
    idpUrl: urls.crl,
    entries: sort ? list.toSorted(order) : list,
  });
  const { signatureAlgorithm } = facts;
  return readCrl(await signPlan({ tbsDer, signatureAlgorithm }, key.signer));
}

/** Adds, removes and changes some. */
function changed(entries: Entries, count: number): Map<string, RevokedEntry> {
  const next = new Map(entries);
  const serials = [...next.keys()];
  for (let n = 0; n < count; n++) {
    const serial = serials[below(serials.length)] ?? "";
    const entry = next.get(serial);
    const kind = below(3);
    if (kind === 0 || entry === undefined) {
      const added = randomEntry();
      next.set(hex(added.serial), added);
    } else if (kind === 1) next.delete(serial);
    else next.set(serial, { ...randomEntry(), serial: entry.serial });
  }
  return next;
}

describe("a CRL as what it changes of an earlier one", () => {
  test("is octet for octet the same again, whatever came, left and changed", async () => {
    for (let round = 0; round < 60; round++) {
      const entries = ofRandom([0, 1, 63, 64, 65, 300, 2_000][round % 7] ?? 0);
      const [base, next] = [await crlOf(entries), await crlOf(changed(entries, below(12)))];
      const changes = atOnce(crlChanges(base, next));
      const made = changes && atOnce(applyCrlChanges(base.der, changes));
      // A short CRL is not worth it.
      expect(made === null ? hex(next.der) : hex(made)).toBe(hex(next.der));
      expect(changes !== null || next.der.length < 40_000).toBe(true);
    }
  });

  test("takes little for few changes, at the front and at the end too", async () => {
    const entries = ofRandom(5_000);
    const base = await crlOf(entries);
    const next = new Map(entries);
    for (const serial of [Uint8Array.of(1), new Uint8Array(19).fill(0x7f)])
      next.set(hex(serial), { ...randomEntry(), serial });
    const changes = atOnce(crlChanges(base, await crlOf(next)));
    expect(changes?.length).toBeLessThan(1_000);
  });

  test("is none for many changes, and for entries out of order", async () => {
    const entries = ofRandom(1_000);
    const base = await crlOf(entries);
    expect(atOnce(crlChanges(base, await crlOf(ofRandom(1_000))))).toBeNull();
    expect(atOnce(crlChanges(base, await crlOf(entries, false)))).toBeNull();
  });

  test("damaged changes make nothing, or a CRL that does not verify; they never reach beyond the base", async () => {
    const entries = ofRandom(2_000);
    const [base, next] = [await crlOf(entries), await crlOf(changed(entries, 5))];
    const changes = atOnce(crlChanges(base, next)) ?? new Uint8Array();
    expect(changes.length).toBeGreaterThan(0);
    for (let cut = 1; cut < 12; cut++)
      expect(atOnce(applyCrlChanges(base.der, changes.subarray(0, cut)))).toBeNull();
    const beyond = Buffer.from(changes);
    beyond.writeUInt32BE(base.der.length, 0);
    beyond.writeUInt32BE(1, 4);
    expect(atOnce(applyCrlChanges(base.der, beyond))).toBeNull();
    const twice = Buffer.concat([changes, changes]);
    expect(atOnce(applyCrlChanges(base.der, twice))).toBeNull();
    for (let round = 0; round < 200; round++) {
      const damaged = Buffer.from(changes);
      // Where the first step takes from says nothing: it takes nothing.
      const at = 4 + below(damaged.length - 4);
      damaged[at] = (damaged[at] ?? 0) ^ (1 + below(255));
      const made = atOnce(applyCrlChanges(base.der, damaged));
      expect(made === null || !made.equals(next.der)).toBe(true);
    }
  });
});
