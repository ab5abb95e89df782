import { describe, expect, test } from "vitest";
import { encodeEntry, maxEntryBytes, makeEntry } from "./entry";
import { leafHashSync } from "@/lib/log/tree/hash-sync";
import { operatorActor } from "@/testing/actors";
import type { EntryRecord, NewEntry } from "./types";

const make = {
  now: new Date("2026-11-23T08:15:00.042Z"),
  randomBytes: (n: number) => new Uint8Array(n).fill(7),
};
const held: NewEntry = {
  action: "certificate.held",
  outcome: "success",
  target: { kind: "certificate", id: "crt_01test", label: "pay.example.com" },
  details: { comment: "key may be lost", revokedAt: "2026-11-23T08:15:00Z" },
  id: "ent_01test",
};
const refused = (findings: number, message = "x".repeat(500)): NewEntry => ({
  action: "certificate.refused",
  outcome: "denied",
  target: null,
  details: {
    profile: "tls-server",
    identity: "payments",
    subject: null,
    findings: Array.from({ length: findings }, () => ({ code: "name", message })),
  },
});

describe("an entry", () => {
  test("an entry always has exactly these bytes and this leaf hash", () => {
    const bytes = encodeEntry(makeEntry(operatorActor(), held, make));
    expect(Buffer.from(bytes).toString()).toBe(
      '{"action":"certificate.held","actor":{"id":"usr_01test","kind":"user","label":"operator@example.com"},"correlationId":"req_01test","credential":null,"decision":null,' +
        '"details":{"comment":"key may be lost","revokedAt":"2026-11-23T08:15:00Z"},"id":"ent_01test","nonce":"BwcHBwcHBwcHBwcHBwcHBw",' +
        '"origin":{"ip":"192.0.2.7","port":50123,"userAgent":"curl/8.1","via":["https"]},"outcome":"success","reason":null,"requestId":"req_01test",' +
        '"target":{"id":"crt_01test","kind":"certificate","label":"pay.example.com"},"ts":"2026-11-23T08:15:00.042000Z","v":1}',
    );
    expect(leafHashSync(bytes).toString("hex")).toBe(
      "53c1f7b9a5eb74c936fa5bd3e016e084cb18a74982cf9ab9af36fb1cce944a5d",
    );
  });

  test("hashes as RFC 6962 says: a leaf of no bytes", () => {
    expect(leafHashSync(new Uint8Array()).toString("hex")).toBe(
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    );
  });

  test("an entry gets a new id when none is given, and the given one otherwise", () => {
    expect(makeEntry(operatorActor(), { ...refused(0) }, make).id).toMatch(/^ent_[0-9a-z]{26}$/);
    expect(makeEntry(operatorActor(), held, { ...make, entryId: "ent_chosen" }).id).toBe(
      "ent_chosen",
    );
  });

  test("an entry has 16 new random bytes, so that no one can guess a leaf's content from its hash", () => {
    const count = { draws: 0 };
    const random = (n: number): Uint8Array => {
      count.draws += 1;
      return Uint8Array.from({ length: n }, (_, index) => index + count.draws);
    };
    const one = makeEntry(operatorActor(), refused(0), { ...make, randomBytes: random });
    const other = makeEntry(operatorActor(), refused(0), { ...make, randomBytes: random });
    expect(Buffer.from(one.nonce, "base64url")).toHaveLength(16);
    expect([other.nonce === one.nonce, other.id === one.id, one.id.includes(one.nonce)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test.each([["not an address"], ["10.0.0.0/8"], ["999.1.1.1"], [""], ["unix:"]])(
    "leaves out the origin %j, which is no address",
    (ip) => {
      expect(
        makeEntry(
          operatorActor({ address: { ip, port: null, userAgent: null, via: [] } }),
          held,
          make,
        ).origin.ip,
      ).toBeNull();
    },
  );

  test("writes an IPv4-mapped origin as IPv4", () => {
    expect(
      makeEntry(
        operatorActor({
          address: { ip: "::ffff:198.51.100.9", port: 1, userAgent: null, via: [] },
        }),
        held,
        make,
      ).origin.ip,
    ).toBe("198.51.100.9");
  });

  test("cleans what cannot be stored: NUL and lone surrogates, wherever the outside put them", () => {
    const actor = operatorActor({
      label: "a\0b",
      address: { ip: null, port: null, userAgent: "c\ud800d", via: ["\udc00"] },
      requestId: "\0",
      credential: { certificateId: "\0", serial: "1\0", fingerprintSha256: "\ud800" },
    });
    const entry: NewEntry = {
      ...refused(1, "e\0f\udfff"),
      target: { kind: "identity", id: "g\0", label: "\ud83d" },
      reason: "\0",
    };
    const text = Buffer.from(encodeEntry(makeEntry(actor, entry, make))).toString();
    expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/i);
    expect(text).toContain("a\ufffdb");
    expect(text).toContain("e\ufffdf\ufffd");
  });

  test("cuts long texts from outside without tearing a character apart", () => {
    const entry = makeEntry(
      operatorActor({
        address: {
          ip: null,
          port: null,
          userAgent: "\u{1f600}".repeat(600),
          via: Array.from({ length: 40 }, () => "proxy"),
        },
      }),
      held,
      make,
    );
    expect(entry.origin.userAgent?.length).toBeLessThanOrEqual(512);
    expect(entry.origin.userAgent).toMatch(/…$/);
    expect(entry.origin.via.length).toBe(16);
    expect(() => encodeEntry(entry)).not.toThrow();
  });

  test("a refusal can always be recorded: one that is too long keeps its beginning and is marked as cut", () => {
    const record = makeEntry(operatorActor(), refused(1_000), make);
    expect(encodeEntry(record).length).toBeLessThanOrEqual(maxEntryBytes);
    expect(record.details).toMatchObject({ cut: true, profile: "tls-server" });
    expect(record.details.findings).toHaveLength(20);
  });

  test("an action is never cut silently: one that is too long is refused", () => {
    const planned: NewEntry = {
      ...held,
      details: {
        comment: "",
        revokedAt: "",
        extra: Array.from({ length: 100 }, () => "y".repeat(1_000)),
      } as never,
    };
    const record = makeEntry(operatorActor(), planned, make);
    expect(() => encodeEntry(record)).toThrow(
      expect.objectContaining({ code: "record.too-large", kind: "too-large" }),
    );
  });

  test("of exactly 65,535 bytes is taken, of one more refused", () => {
    const base = makeEntry(operatorActor(), held, make);
    const room = maxEntryBytes - encodeEntry({ ...base, details: { x: "" } }).length;
    const fill = (n: number): EntryRecord => ({ ...base, details: { x: "z".repeat(n) } });
    expect(encodeEntry(fill(room))).toHaveLength(maxEntryBytes);
    expect(() => encodeEntry(fill(room + 1))).toThrow(
      expect.objectContaining({ code: "record.too-large" }),
    );
  });

  test("an entry with a lone surrogate is refused", () => {
    expect(() =>
      encodeEntry({ ...makeEntry(operatorActor(), held, make), reason: "\ud800" }),
    ).toThrow(/lone surrogate/);
  });
});
