import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { EntryList } from "@/lib/pki/crl-entries";
import { atOnce } from "@/lib/pki/steps";
import { revocationReasons } from "@/lib/pki/types";
import { entryListOf } from "@/testing/pki/build-crl";
import { planEntries as planEntriesSteps, type EncodedEntries } from "./encoded-entries";
import { packRecord, type RevokedRecord } from "./revoked-record";
import { dropRecord, makeRevokedStore, type RevokedStore } from "./revoked-store";

const planEntries = (...input: Parameters<typeof planEntriesSteps>) =>
  atOnce(planEntriesSteps(...input));
const start = Date.UTC(2026, 10, 29);
const below = (end: number): number => Math.floor(Math.random() * end);
const record = (over: Partial<RevokedRecord> = {}): RevokedRecord => ({
  serial: Uint8Array.of(1 + below(0x7e), ...randomBytes(below(19))),
  certificateId: "",
  reason: revocationReasons[below(revocationReasons.length)] ?? "unspecified",
  revokedAt: start - below(1e9),
  invalidityDate: below(3) === 0 ? start - below(1e11) : null,
  notAfter: start + 1e9,
  sinceSize: 0,
  ...over,
});

const write = (list: Pick<EntryList, "length" | "write">): Buffer => {
  const out = Buffer.alloc(list.length);
  expect(atOnce(list.write(out, 0))).toBe(out.length);
  return out;
};

/** The entries as objects say them, in order. */
const fromObjects = (store: RevokedStore, thisUpdate: number): Buffer =>
  write(
    entryListOf(
      Array.from(store.ordered())
        .filter((slot) => store.isListed(slot))
        .map((slot) => store.record(slot))
        .map((one) => ({
          ...one,
          revokedAt: new Date(Math.min(one.revokedAt, thisUpdate)),
          invalidityDate: one.invalidityDate === null ? null : new Date(one.invalidityDate),
        })),
    ),
  );

describe("the entries of a CRL after others", () => {
  test("are the same octets, whether copied from the last one or written from the records", () => {
    const store = makeRevokedStore(3);
    let last: EncodedEntries | null = null;
    let now = start;
    const change = (): void => {
      const slot = store.slots() === 0 ? 0 : below(store.slots());
      const kind = below(6);
      if (kind < 3 || store.slots() === 0) store.apply(packRecord(record()), 0);
      else if (kind === 3) store.apply(dropRecord(store, slot), 0);
      else if (kind === 4)
        store.apply(packRecord({ ...store.record(slot), revokedAt: now + below(300_000) }), 0);
      else
        store.apply(
          packRecord({ ...store.record(slot), reason: "keyCompromise", invalidityDate: now }),
          0,
        );
    };
    for (let round = 0; round < 300; round++) {
      for (let n = below(round % 10 === 0 ? 200 : 5); n > 0; n--) change();
      now += below(60_000);
      const planned = planEntries(store, last, now);
      const bytes = write(planned);
      expect(bytes.equals(fromObjects(store, now))).toBe(true);
      last = planned.finish(bytes);
    }
    const again = planEntries(store, null, now);
    expect(write(again).equals(fromObjects(store, now))).toBe(true);
  });

  test("a date after the CRL becomes the right one on the first CRL after it", () => {
    const store = makeRevokedStore(3);
    store.apply(packRecord(record({ revokedAt: start + 60_000 })), 0);
    store.apply(packRecord(record()), 0);
    let last: EncodedEntries | null = null;
    for (const now of [start, start + 30_000, start + 60_000, start + 90_000]) {
      const planned = planEntries(store, last, now);
      const bytes = write(planned);
      expect(bytes.equals(fromObjects(store, now))).toBe(true);
      last = planned.finish(bytes);
    }
    expect(last?.late).toEqual([]);
  });

  test("nothing is listed once all are dropped", () => {
    const store = makeRevokedStore(3);
    const slot = store.apply(packRecord(record()), 0);
    const first = planEntries(store, null, start);
    const last = first.finish(write(first));
    store.apply(dropRecord(store, slot), 0);
    expect(planEntries(store, last, start).length).toBe(0);
  });

  test.each([
    ["0001", "01"],
    ["01", "0001"],
    ["0001", "000001"],
  ])("the same number in other octets is refused, at once or later: %s and %s", (one, other) => {
    const listing = (text: string): Buffer =>
      packRecord(record({ serial: Uint8Array.from(Buffer.from(text, "hex")) }));
    const twice = expect.objectContaining({ code: "crl.invalid" });
    const store = makeRevokedStore(3);
    store.apply(listing(one), 0);
    const first = planEntries(store, null, start);
    const last = first.finish(write(first));
    store.apply(listing(other), 0);
    expect(() => planEntries(store, last, start)).toThrow(twice);
    expect(() => planEntries(store, null, start)).toThrow(twice);
  });
});
