import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "@/lib/log/pure/canonical";

/** An entry as someone with the application's database role can insert it into the inbox. */
export type HostileEntry = Readonly<{
  kind: string;
  id: string;
  target: string | null;
  bytes: Buffer;
  /** Whether it has the form of an entry, however hostile its details are. */
  readable: boolean;
}>;

type Random = (below: number) => number;
type Make = (id: string, random: Random) => Buffer | string;

/** A generator that gives the same numbers for the same seed. */
function makeRandomNumbers(seed: string): Random {
  let n = 0;
  return (below) => createHash("sha256").update(`${seed} ${n++}`).digest().readUInt32BE(0) % below;
}

const marker = (id: string): string => `"id":"${id}"`;
const validEntry = (id: string, changes: Readonly<Record<string, unknown>> = {}): object => ({
  v: 1,
  id,
  ts: "2026-11-23T08:00:00.000000Z",
  action: "certificate.read",
  outcome: "success",
  reason: null,
  actor: { kind: "user", id: "usr_hostile", label: "hostile@example.com" },
  credential: null,
  target: null,
  origin: { ip: "192.0.2.7", port: 443, userAgent: "x", via: [] },
  requestId: "req_hostile",
  correlationId: "req_hostile",
  decision: null,
  details: {},
  nonce: "AAAAAAAAAAAAAAAAAAAAAA",
  ...changes,
});
const canonical = (id: string, changes: Readonly<Record<string, unknown>> = {}): string =>
  canonicalJson(validEntry(id, changes) as Json);
const without = (id: string, member: string): string =>
  canonicalJson(
    Object.fromEntries(Object.entries(validEntry(id)).filter(([name]) => name !== member)) as Json,
  );
const members = [
  "v",
  "ts",
  "action",
  "outcome",
  "reason",
  "actor",
  "credential",
  "target",
  "origin",
  "requestId",
  "correlationId",
  "decision",
  "details",
  "nonce",
];
const wrongValues: readonly unknown[] = [
  7,
  "text",
  true,
  [],
  {},
  [[1]],
  { a: { b: "c" } },
  -1e300,
  "\u0001",
  "x".repeat(10_000),
  ["x", null, { y: [] }],
];
const pick = <T>(list: readonly T[], random: Random): T => list[random(list.length)] as T;
const nested = (open: string, close: string, depth: number): string =>
  open.repeat(depth) + close.repeat(depth);

/** Bytes that no version of Chancery writes. */
const unreadableKinds: Readonly<Record<string, Make>> = {
  "no JSON": (id) => `${marker(id)} and no JSON at all`,
  "half of an entry": (id) => canonical(id).slice(0, -40),
  "JSON that is a text": (id) => JSON.stringify(`x${marker(id)}`).replaceAll("\\", ""),
  "a list": (id) => `[{${marker(id)}}]`,
  "without a member": (id, random) => without(id, pick(members, random)),
  "a member of another type": (id, random) => {
    const member = pick(members, random);
    const entry = { ...validEntry(id), [member]: pick(wrongValues, random) };
    const isFine =
      (member === "details" &&
        !Array.isArray(entry[member]) &&
        typeof entry[member] === "object") ||
      (["reason", "requestId", "correlationId", "nonce"].includes(member) &&
        typeof entry[member] === "string" &&
        (entry[member] as string).length <= 200);
    return canonicalJson((isFine ? { ...entry, v: "1" } : entry) as Json);
  },
  "duplicate members": (id) =>
    canonical(id).replace('"outcome":"success"', '"outcome":"denied","outcome":"success"'),
  "nested too deeply": (id, random) =>
    `{"details":${nested('{"a":', "}", 5_000 + random(1_000)).replace(":}", ":1}")},${marker(id)}}`,
  "lists nested to the end": (id) => `{"details":{"a":${nested("[", "]", 30_000)}},${marker(id)}}`,
  "numbers of absurd size": (id, random) =>
    `{"details":{"a":[${Array.from({ length: 4_000 }, (_none, n) => `1e${130_000 + ((n + random(9)) % 1_000)}`).join(",")}]},${marker(id)}}`,
  "digits without end": (id) => `{"details":{"a":${"9".repeat(60_000)}},${marker(id)}}`,
  "half a character": (id) => canonical(id).replace('"req_hostile"', String.raw`"\ud83d"`),
  "a NUL": (id) => canonical(id).replace('"req_hostile"', String.raw`"\u0000"`),
  "not UTF-8": (id, random) =>
    Buffer.concat([
      Buffer.from(`{${marker(id)},"x":"`),
      Buffer.from([0xff, 0xfe, 0xc0, 0x80, random(256)]),
      Buffer.from('"}'),
    ]),
  "bytes of zero": (id) => Buffer.concat([Buffer.from(marker(id)), Buffer.alloc(1_000)]),
  "65,535 bytes": (id) => `{${marker(id)},"x":"${"y".repeat(65_535 - marker(id).length - 9)}"}`,
  "line feeds": (id) => `{\n${marker(id)},\r\n"x":1\n}\n`,
  "another version": (id, random) => canonical(id, { v: 2 + random(1_000) }),
  "another ID within": (id) =>
    canonical("ent_other", { details: { x: 1 } }).replace(
      '"details":{',
      `"details":{${marker(id)},`,
    ),
  "a time that is none": (id, random) =>
    canonical(id, {
      ts: pick(
        ["now", "infinity", "0000-01-01T00:00:00.000000Z", "2026-99-99T99:99:99.000000Z"],
        random,
      ),
    }),
  "names of 60,000 characters": (id) =>
    canonical(id, { actor: { kind: "user", id: "z".repeat(30_000), label: "z".repeat(30_000) } }),
  "a byte order mark": (id) => `\uFEFF${canonical(id)}`,
};

/** Without drill.requested: it starts a drill, which only an installation with a supervisor can run. */
const actions = [
  "certificate.planned",
  "certificate.issued",
  "certificate.revoked",
  "certificate.rotated",
  "identity.created",
  "identity.updated",
  "identity.names-shared",
  "alert.opened",
  "alert.assigned",
  "exception.created",
  "rule.updated",
  "crl.issued",
  "verification.requested",
  "verification.finished",
  "drill.finished",
  "source.gap",
  "source.heartbeat",
  "log.halted",
  "log.continued",
  "log.opened",
  "account.locked",
  "request.refused-many",
  "request.denied",
  "request.refused",
  "event.reported",
  "session.refused",
  "setup.completed",
  "authority.updated",
  "some.action-of-later",
];
const detailNames = [
  "changes",
  "names",
  "problems",
  "checks",
  "attacks",
  "findings",
  "missing",
  "source",
  "boot",
  "settled",
  "voided",
  "count",
  "services",
  "code",
  "service",
  "presented",
  "profileId",
  "predecessorId",
  "notAfter",
  "expiresAt",
  "firstAt",
  "until",
  "failures",
  "requestEntryId",
  "size",
  "sans",
  "assignee",
  "data",
  "refused",
  "rulesSha256",
];
const hostileDetails: readonly unknown[] = [
  null,
  0,
  -1,
  1.5e300,
  5e-324,
  true,
  "",
  "😀".repeat(1_000),
  `${"a".repeat(99)}😀${"b".repeat(400)}`,
  `${"a".repeat(199)}😀`,
  `${"a".repeat(299)}😀${"a".repeat(199)}😀`,
  "=cmd|' /C calc'!A0",
  "\u202e\u200b<script>alert(1)</script>",
  "\u0001\u001b[31m",
  "1-999999999999999",
  "9-1,5-3,999999999999999-999999999999998",
  "x".repeat(4_000),
  [],
  [[], [null], { a: [] }],
  {},
  { toString: 1, valueOf: 2 },
  { constructor: { prototype: 1 } },
  { kind: 1, id: [], label: {} },
  [{ name: {}, checked: "x", problems: [] }],
  Array.from({ length: 1_000 }, (_none, n) => n * 1e290),
];

/** Entries of the right form with details that no reader foresaw. */
const readableKinds: Readonly<Record<string, Make>> = {
  "hostile details": (id, random) =>
    canonical(id, {
      action: pick(actions, random),
      outcome: pick(["success", "denied", "failure"], random),
      reason: pick([null, "already", `${"r".repeat(99)}😀`, "r".repeat(4_000)], random),
      actor: {
        kind: pick(["user", "system", "token", "certificate", "anonymous", "constructor"], random),
        id: pick([null, "usr_x", "__proto__", "a".repeat(200)], random),
        label: pick(["", "x", "\u202elabel", "a".repeat(199)], random),
      },
      credential: pick(
        [null, { certificateId: "crt_unknown", serial: "zz", fingerprintSha256: "" }],
        random,
      ),
      target: pick(
        [null, { kind: "certificate", id: "crt_unknown", label: "😀".repeat(100) }],
        random,
      ),
      origin: {
        ip: pick([null, "999.1.1.1", "::ffff:1.2.3.4", "10.0.0.0/8", "x"], random),
        port: pick([null, 0, 65_535], random),
        userAgent: pick([null, "", "u".repeat(512)], random),
        via: pick([[], ["a", "b"], Array.from({ length: 16 }, () => "v".repeat(200))], random),
      },
      details: Object.fromEntries(
        Array.from({ length: 1 + random(12) }, () => [
          pick(detailNames, random),
          pick(hostileDetails, random),
        ]),
      ),
      ...(random(2) === 0
        ? {}
        : {
            src: {
              id: pick(["idn_x/y", "gateway", "__proto__"], random),
              boot: "b",
              seq: 1 + random(1e9),
            },
          }),
    }),
};

const kinds = Object.entries({ ...unreadableKinds, ...readableKinds });

/**
 * `count` hostile entries, the same for the same seed: every kind of bytes that isn't an entry, and
 * entries with hostile details.
 */
export function makeHostileEntries(count: number, seed: string): HostileEntry[] {
  const random = makeRandomNumbers(seed);
  return Array.from({ length: count }, (_none, n) => {
    const [kind, make] = kinds[n % kinds.length] as (typeof kinds)[number];
    const id = `ent_h${n}x${random(1e6)}`;
    const made = make(id, random);
    return {
      kind,
      id,
      target: random(4) === 0 ? "crt_unknown" : null,
      bytes: typeof made === "string" ? Buffer.from(made) : made,
      readable: kind in readableKinds,
    };
  });
}
