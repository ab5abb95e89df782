import { describe, expect, test } from "vitest";
import { makeTestAuthority, now, serialOf, urls } from "@/testing/pki/authorities";
import { buildCrlTbs } from "@/testing/pki/build-crl";
import { readCrl, type Crl } from "./crl-reader";
import { integer, nullValue, sequence } from "./der";
import { encodeExtension } from "./extensions";
import { assembleSigned, signPlan } from "./sign";
import { atOnce } from "./steps";
import { revocationReasons, type RevokedEntry } from "./types";
import { verifyCrl as verifyCrlSteps } from "./verify-crl";

const authority = await makeTestAuthority("ecdsa-p256");
const { facts, key } = authority;
const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const entry = (number: number, change: Partial<RevokedEntry> = {}): RevokedEntry => ({
  serial: serialOf(number),
  revokedAt: later(-number),
  reason: "superseded",
  invalidityDate: null,
  ...change,
});
const verifyCrl = (...input: Parameters<typeof verifyCrlSteps>): Crl =>
  atOnce(verifyCrlSteps(...input));
type Content = Parameters<typeof buildCrlTbs>[0];
const build = (change: Partial<Content> = {}): Uint8Array =>
  buildCrlTbs({
    issuer: facts,
    crlNumber: 7n,
    thisUpdate: now,
    nextUpdate: later(3600),
    idpUrl: urls.crl,
    entries: [entry(1), entry(2)],
    ...change,
  });
const signed = (change: Partial<Content> = {}): Promise<Uint8Array> =>
  signPlan({ tbsDer: build(change), signatureAlgorithm: facts.signatureAlgorithm }, key.signer);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const invalid = expect.objectContaining({ code: "crl.invalid" });

describe("a CRL holds what it was given", () => {
  test("each entry is found by its serial, in a list in any order, and no other is", async () => {
    const invalidityDate = new Date("2026-01-02T03:04:05Z");
    const ascending = revocationReasons.flatMap((reason, index) => [
      entry(10 + index * 2, { reason }),
      entry(11 + index * 2, { reason, invalidityDate }),
    ]);
    for (const entries of [ascending, ascending.toReversed()]) {
      const crl = verifyCrl(await signed({ entries }), facts, {});
      for (const one of entries) {
        const stated = crl.find(one.serial);
        expect([hex(stated?.serial ?? new Uint8Array()), stated?.reason]).toEqual([
          hex(one.serial),
          one.reason,
        ]);
        expect(stated?.invalidityDate).toEqual(one.invalidityDate);
      }
      expect(crl.find(serialOf(9))).toBeNull();
      expect(crl.find(serialOf(10_000))).toBeNull();
    }
  });

  test("number, times, address, and every entry with reason and invalidity date", async () => {
    const entries = [
      entry(1, { reason: "unspecified" }),
      entry(2, { reason: "keyCompromise", invalidityDate: new Date("2026-01-02T03:04:05.678Z") }),
      entry(3, { reason: "unspecified", invalidityDate: now }),
      ...revocationReasons.map((reason, index) => entry(10 + index, { reason })),
    ];
    const crl = verifyCrl(await signed({ entries }), facts, {
      previousNumber: 6n,
      at: now,
      idpUrl: urls.crl,
    });
    expect(crl).toMatchObject({
      crlNumber: 7n,
      count: entries.length,
      idpUrl: urls.crl,
      thisUpdate: new Date("2026-11-23T10:00:00Z"),
    });
    const whole = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);
    expect(
      Array.from(crl.entries(), ({ serial, ...rest }) => ({ serial: hex(serial), ...rest })),
    ).toEqual(
      entries.map(({ serial, revokedAt, invalidityDate, reason }) => ({
        serial: hex(serial),
        revokedAt: whole(revokedAt),
        reason,
        invalidityDate: invalidityDate && whole(invalidityDate),
      })),
    );
  });

  test("serials in any order are found, with or without leading zeros, and no others", async () => {
    for (const numbers of [
      [5, 3, 9, 1],
      [1, 3, 5, 9],
    ]) {
      const crl = readCrl(await signed({ entries: numbers.map((number) => entry(number)) }));
      for (const number of numbers) expect(crl.has(serialOf(number))).toBe(true);
      expect(crl.has(Uint8Array.of(0, ...serialOf(3)))).toBe(true);
      for (const number of [0, 2, 4, 10]) expect(crl.has(serialOf(number))).toBe(false);
      expect(crl.has(new Uint8Array(0))).toBe(false);
    }
  });

  test("serials of any length and first bit", async () => {
    const serials = ["01", "7f", "80", "ff", "0100", "ff".repeat(19), `7f${"ff".repeat(19)}`].map(
      (text) => Uint8Array.from(Buffer.from(text, "hex")),
    );
    const crl = verifyCrl(
      await signed({ entries: serials.map((serial) => ({ ...entry(1), serial })) }),
      facts,
    );
    expect(Array.from(crl.entries(), ({ serial }) => hex(serial))).toEqual(serials.map(hex));
    expect(serials.every((serial) => crl.has(serial))).toBe(true);
    expect(crl.has(Uint8Array.of(0x81))).toBe(false);
  });

  test("an empty one has no list at all", async () => {
    const crl = verifyCrl(await signed({ entries: [] }), facts);
    expect(crl.count).toBe(0);
    expect(crl.has(serialOf(1))).toBe(false);
    expect(Array.from(crl.entries())).toEqual([]);
  });

  test("dates around 2050 change their form and nothing else", async () => {
    const times = ["2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z", "1999-12-31T00:00:59Z"].map(
      (text) => new Date(text),
    );
    const crl = verifyCrl(
      await signed({
        thisUpdate: times[0]!,
        nextUpdate: times[1]!,
        entries: times.map((revokedAt, index) => entry(index, { revokedAt })),
      }),
      facts,
    );
    expect(Array.from(crl.entries(), ({ revokedAt }) => revokedAt)).toEqual(times);
    expect(crl.nextUpdate).toEqual(times[1]);
  });

  test("entries come from a generator once, a hundred thousand of them, and are read back", async () => {
    const entries = function* (): Generator<RevokedEntry> {
      for (let number = 0; number < 100_000; number += 1) yield entry(number);
    };
    const crl = verifyCrl(await signed({ entries: entries() }), facts);
    expect(crl.count).toBe(100_000);
    expect([crl.has(serialOf(0)), crl.has(serialOf(99_999)), crl.has(serialOf(100_000))]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("a CRL that would be wrong is not built", () => {
  test.each<[string, Partial<Content>]>([
    ["nextUpdate at thisUpdate", { nextUpdate: now }],
    ["nextUpdate within the same second", { nextUpdate: new Date(now.getTime() + 100) }],
    ["nextUpdate before", { nextUpdate: later(-1) }],
    ["more than ten days", { nextUpdate: later(864_001) }],
    ["an invalid date", { nextUpdate: new Date(Number.NaN) }],
    ["a negative number", { crlNumber: -1n }],
    ["a number of 20 octets and a bit", { crlNumber: 1n << 159n }],
    ["one serial twice, in a row", { entries: [entry(1), entry(1)] }],
    ["one serial twice, apart", { entries: [entry(5), entry(9), entry(1), entry(9)] }],
    [
      "one serial twice, with a zero in front",
      { entries: [entry(1), entry(2), { ...entry(1), serial: Uint8Array.of(0, ...serialOf(1)) }] },
    ],
    ["an empty serial", { entries: [{ ...entry(1), serial: new Uint8Array(0) }] }],
    ["a serial of 21 octets", { entries: [{ ...entry(1), serial: new Uint8Array(21).fill(1) }] }],
  ])("%s", (_, change) => {
    expect(() => build(change)).toThrow(invalid);
  });

  test("the largest number and ten days exactly are fine", async () => {
    const crlNumber = (1n << 159n) - 1n;
    expect(
      verifyCrl(await signed({ crlNumber, nextUpdate: later(864_000) }), facts).crlNumber,
    ).toBe(crlNumber);
  });
});

describe("a CRL is verified before it is served", () => {
  const unverified = (what: RegExp): unknown =>
    expect.objectContaining({ code: "crl.unverified", message: expect.stringMatching(what) });

  test("another authority, another key, an older number, another address, another time", async () => {
    const crl = await signed();
    expect(() => verifyCrl(crl, authority.root.facts)).toThrow(
      unverified(/issuer is not.*authorityKeyIdentifier.*signature/),
    );
    expect(() => verifyCrl(crl, { ...facts, spkiDer: authority.root.facts.spkiDer })).toThrow(
      unverified(/signature/),
    );
    expect(() => verifyCrl(crl, facts, { previousNumber: 7n })).toThrow(unverified(/not above 7/));
    expect(() => verifyCrl(crl, facts, { idpUrl: "http://ca.example.com/crl/other.crl" })).toThrow(
      unverified(/distribution point/),
    );
    expect(() => verifyCrl(crl, facts, { at: later(3601) })).toThrow(unverified(/not current/));
    expect(verifyCrl(crl, facts, { at: later(3599), previousNumber: null }).count).toBe(2);
  });

  test("no octet can be changed unnoticed", async () => {
    const crl = await signed();
    for (let index = 0; index < crl.length; index += 1) {
      const changed = crl.slice();
      changed[index] = changed[index]! ^ 0x01;
      expect(() => verifyCrl(changed, facts)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^crl\.(malformed|unverified)$/) }),
      );
    }
  });

  test("every truncation, something appended and rubbish are refused", async () => {
    const crl = await signed();
    for (let length = 0; length < crl.length; length += 1)
      expect(() => readCrl(crl.subarray(0, length))).toThrow(
        expect.objectContaining({ code: "crl.malformed" }),
      );
    expect(() => readCrl(Uint8Array.of(...crl, 0))).toThrow(
      expect.objectContaining({ code: "crl.malformed" }),
    );
  });

  test("what the builder never writes, the reader does not take: empty lists, missing number, unknown critical extension", () => {
    const broken =
      (tbs: Uint8Array): (() => unknown) =>
      () =>
        readCrl(assembleSigned(tbs, facts.signatureAlgorithm, new Uint8Array(8)));
    const empty = build({ entries: [] });
    expect(broken(empty)).not.toThrow();
    // Everything through nextUpdate, then something else than the extensions.
    const head = empty.subarray(
      empty[1] === 0x81 ? 3 : 4,
      Buffer.from(empty).indexOf("110000Z") + 7,
    );
    const rebuilt = (rest: Uint8Array): Uint8Array => sequence(head, rest);
    expect(broken(rebuilt(sequence()))).toThrow(/empty/);
    expect(broken(rebuilt(Uint8Array.of(0xa0, 2, 0x30, 0)))).toThrow(/cRLNumber/);
    const strange = sequence(
      encodeExtension("2.5.29.20", false, integer(1)),
      encodeExtension("1.2.3", true, nullValue()),
    );
    expect(broken(rebuilt(Uint8Array.of(0xa0, strange.length, ...strange)))).toThrow(/1\.2\.3/);
  });
});
