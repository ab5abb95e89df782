import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { newId } from "@/lib/format/ids";
import { revocationReasons } from "@/lib/pki/types";
import { packRecord, readRecord, recordBytes, type RevokedRecord } from "./revoked-record";
import { makeRevokedStore } from "./revoked-store";

const record = (over: Partial<RevokedRecord> = {}): RevokedRecord => ({
  serial: Uint8Array.from(randomBytes(16)),
  certificateId: newId("crt", new Date(), (n) => randomBytes(n)),
  reason: "superseded",
  revokedAt: Date.UTC(2026, 10, 29, 1, 2, 3, 456),
  invalidityDate: null,
  notAfter: Date.UTC(2027, 1, 1),
  sinceSize: 812,
  ...over,
});

describe("a record", () => {
  test("reads back as it was written, with every length of serial and every reason", () => {
    for (let length = 1; length <= 20; length++)
      for (const reason of revocationReasons) {
        const written = record({ serial: Uint8Array.from(randomBytes(length)), reason });
        const packed = packRecord(written);
        expect(packed).toHaveLength(recordBytes);
        expect(readRecord(packed, 0)).toEqual(written);
      }
  });

  test.each(["", "crt_short", "idn_00000000000000000000000000", "crt_UPPERCASE0000000000000000il"])(
    "has no id where the database has none of the usual form: %j",
    (certificateId) => {
      expect(readRecord(packRecord(record({ certificateId })), 0).certificateId).toBe("");
    },
  );

  test.each([
    [-1, 0],
    [Number.NaN, 0],
    [Infinity, 0],
    [1e300, Date.UTC(9999, 11, 31, 23, 59, 59)],
  ])("has a date that a CRL can state: %d", (date, stored) => {
    expect(readRecord(packRecord(record({ revokedAt: date })), 0).revokedAt).toBe(stored);
  });

  test.each([0, 21, 100])("of a serial of %i octets is refused", (length) => {
    expect(() => packRecord(record({ serial: new Uint8Array(length) }))).toThrow(RangeError);
  });
});

describe("a store of many", () => {
  test("finds each, drops some, and lists the rest in ascending order of serials", () => {
    const store = makeRevokedStore(7);
    const records = Array.from({ length: 40_000 }, () => record());
    for (const one of records) store.apply(packRecord(one), 0);
    const dropped = records.slice(0, 10_000);
    for (const one of dropped) store.apply(packRecord(one, true), 0);
    expect(store.size()).toBe(30_000);
    for (const one of dropped) expect(store.find(one.serial, 0, 16)).toBe(-1);
    for (const one of records.slice(10_000))
      expect(store.record(store.find(one.serial, 0, 16)).certificateId).toBe(one.certificateId);
    const serials = Array.from(store.ordered())
      .filter((slot) => store.isListed(slot))
      .map((slot) => Buffer.from(store.record(slot).serial));
    expect(serials).toHaveLength(30_000);
    expect(serials.every((serial, at) => at === 0 || serials[at - 1]!.compare(serial) < 0)).toBe(
      true,
    );
    const again = makeRevokedStore(99);
    const packed = Buffer.concat(Array.from(store.pack(), (part) => Buffer.from(part)));
    for (let at = 0; at < packed.length; at += recordBytes) again.apply(packed, at);
    const repacked = Buffer.concat(Array.from(again.pack(), (part) => Buffer.from(part)));
    expect(repacked.equals(packed)).toBe(true);
  });

  test("serials that differ in one octet only are different", () => {
    const store = makeRevokedStore(0);
    const serials = Array.from({ length: 256 }, (_, last) =>
      Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, last),
    );
    for (const serial of serials) store.apply(packRecord(record({ serial })), 0);
    expect(store.size()).toBe(256);
    expect(store.find(Uint8Array.of(1, 2, 3), 0, 3)).toBe(-1);
  });
});
