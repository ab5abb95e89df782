import type { Database } from "@/lib/db/database";
import { newId } from "@/lib/format/ids";
import { encodeEntry, makeEntry } from "@/lib/log/entry";
import {
  type EncodedEntry,
  insertEntriesStatement,
  insertEntriesValues,
  joinEntries,
} from "@/lib/log/record/inbox";
import type { EntryQuery } from "@/lib/log/schema";
import type { NewEntry } from "@/lib/log/types";
import { world } from "@/lib/runtime/get-deps";

/** Entries of a fleet, made by the code that makes all entries: 40 facts and words each, 1 kB. */
const began = Date.parse("2026-06-01T00:00:00Z");
const entriesAtOnce = 1_000;

// A fixed sequence, so that every run has the same terms.
let state = 7;
const below = (n: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return (state >>> 8) % n;
};
const idOf = (kind: "crt" | "usr" | "idn", n: number): string =>
  newId(kind, new Date(began), (size) =>
    Uint8Array.from({ length: size }, (_none, at) => (n >> (8 * (at % 4))) & 0xff),
  );
const people = ["anna", "bert", "carla", "dirk", "elena", "farid", "greta", "hanno"];
const teams = ["payments", "billing", "search", "identity", "storage", "mobile", "fraud", "core"];
const words = Array.from({ length: 3_000 }, (_none, n) => `note${(n * 7_919).toString(36)}`);
const agents = ["curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64)", "chancery-client/1.2", "Go-http"];

const actorOf = (n: number) => ({
  kind: "account" as const,
  id: idOf("usr", n),
  label: `${people[n % people.length]}.${n}@example.com`,
  role: "operator" as const,
});
const ipOf = (n: number): string => `10.${n % 40}.${(n >> 3) % 200}.${(n * 31) % 250}`;

function entryOf(n: number): Readonly<{ entry: NewEntry; actor: Parameters<typeof makeEntry>[0] }> {
  const service = below(20_000);
  const certificate = idOf("crt", service);
  const team = teams[service % teams.length]!;
  const name = `${team}-${service}.svc.example.com`;
  const person = actorOf(below(1_500));
  const requestId = newId("req", new Date(began + n * 400), world.random.bytes);
  const actor = {
    ...person,
    identityId: null,
    assertedBy: null,
    requestId,
    correlationId: requestId,
    address: {
      ip: ipOf(below(60_000)),
      port: 40_000 + below(9_000),
      userAgent: agents[below(4)]!,
      via: [],
    },
    credential: {
      certificateId: certificate,
      serial: service.toString(16).padStart(32, "5f3a9c1d2e4b6a7f"),
      fingerprintSha256: service.toString(16).padStart(64, "ab"),
    },
  } as unknown as Parameters<typeof makeEntry>[0];
  const target = { kind: "certificate", id: certificate, label: name } as const;
  const note = `${words[below(3_000)]} ${words[below(3_000)]}`;
  const kind = below(20);
  const entry = (kind < 12
    ? {
        action: "certificate.read",
        outcome: "success",
        target,
        details: { method: "GET", path: `/api/v1/certificates/${certificate}`, note },
      }
    : kind < 15
      ? {
          action: "certificate.issued",
          outcome: "success",
          target,
          details: { serial: `${service.toString(16)}ff`, note, tbsSha256: "00".repeat(32) },
        }
      : kind < 17
        ? { action: "certificate.rotated", outcome: "success", target, details: { note } }
        : kind < 18
          ? { action: "session.started", outcome: "success", target: null, details: { note } }
          : {
              action: "certificate.refused",
              outcome: "denied",
              target,
              details: { note, names: [name] },
            }) as unknown as NewEntry;
  return { entry, actor };
}

/** The n-th entry of the fleet. */
export function encodeFleetEntry(n: number): EncodedEntry {
  const { entry, actor } = entryOf(n);
  const record = makeEntry(actor, entry, {
    now: new Date(began + n * 400),
    randomBytes: world.random.bytes,
  });
  return { bytes: encodeEntry(record), id: record.id, targetId: record.target?.id ?? null };
}

/** Fills logs with the same entries from `from` to `to - 1`; each is numbered when it resolves. */
export async function fillLogs(logs: readonly Database[], from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += entriesAtOnce) {
    const some = Array.from({ length: Math.min(entriesAtOnce, to - n) }, (_none, at) =>
      encodeFleetEntry(n + at),
    );
    const values = insertEntriesValues(joinEntries(some));
    for (const { pool } of logs) await pool.query({ ...insertEntriesStatement, values });
    if (((n - from) / entriesAtOnce) % 5 === 4 || n + entriesAtOnce >= to)
      for (const { pool } of logs) await pool.query("select tlog.sequence_batch(5000)");
  }
}

const day = (n: number, entries: number): string =>
  new Date(began + ((n * 7_907_777) % (entries * 400))).toISOString().slice(0, 10);

export type QueryKind = Readonly<{
  kind: string;
  /** The n-th query of this kind over so many entries; its terms rotate. */
  query: (n: number, entries: number) => EntryQuery;
}>;

/** Thirteen kinds of queries. */
export const queryKinds: readonly QueryKind[] = [
  { kind: "word", query: (n) => ({ q: words[(n * 131) % 3_000]! }) },
  { kind: "3-letter prefix", query: (n) => ({ q: people[n % 8]!.slice(0, 3) }) },
  { kind: "two words", query: (n) => ({ q: `${teams[n % 8]} ${words[(n * 57) % 3_000]}` }) },
  { kind: "actor", query: (n) => ({ actor: actorOf((n * 37) % 1_500).id }) },
  { kind: "target", query: (n) => ({ target: idOf("crt", (n * 211) % 20_000) }) },
  { kind: "ip /24", query: (n) => ({ ip: `10.${n % 40}.${(n * 3) % 200}.0/24` }) },
  { kind: "ip /12", query: (n) => ({ ip: `10.${16 * (n % 3)}.0.0/12` }) },
  { kind: "action", query: (n) => ({ action: n % 2 ? "certificate.issued" : "session.started" }) },
  { kind: "denied", query: () => ({ outcome: "denied" }) },
  { kind: "denied + /16", query: (n) => ({ outcome: "denied", ip: `10.${n % 40}.0.0/16` }) },
  {
    kind: "day + action",
    query: (n, entries) => ({
      from: day(n, entries),
      to: day(n, entries),
      action: "certificate.issued",
    }),
  },
  { kind: "word + denied", query: (n) => ({ q: words[(n * 91) % 3_000]!, outcome: "denied" }) },
  { kind: "no match", query: (n) => ({ q: `nothing${n}` }) },
];
