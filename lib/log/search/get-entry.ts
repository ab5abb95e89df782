import { setTimeout as pause } from "node:timers/promises";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { describeEntry } from "@/lib/log/describe-entry";
import { unreadableSentence } from "@/lib/log/entry-summary";
import { readEntry } from "@/lib/log/read-entry";
import type { EntryDetail } from "@/lib/log/schema";
import type { Deps } from "@/lib/runtime/deps";
import { monotonicMs } from "@/lib/runtime/monotonic";

/** A row of tlog.entry. */
export type EntryRow = Readonly<{
  seq: number;
  id: string;
  leafHash: Buffer;
  entry: Buffer;
  sequencedAt: Date;
}>;

const maxIdChars = 100;
const numberTimeoutMs = 1_000;
const pollIntervalMs = 15;

/**
 * An entry with its bytes and its leaf hash, by number or id (ent_…). Needs audit.read. Throws
 * AppError `entry.not-found`.
 */
export async function getEntry(
  deps: Pick<Deps, "db">,
  actor: Actor,
  seqOrId: string | number,
): Promise<EntryDetail> {
  authorize(actor, "audit.read");
  const { seq, id, leafHash, entry, sequencedAt } = await getEntryRow(deps, seqOrId);
  const reading = readEntry(entry, id);
  const stored = {
    seq,
    id,
    leafHashHex: leafHash.toString("hex"),
    sequencedAt: sequencedAt.toISOString(),
  };
  if (!reading.readable)
    return {
      ...stored,
      sentence: unreadableSentence(seq, reading.problem),
      record: null,
      bytesText: null,
      unreadable: reading.problem,
      bytesBase64: entry.toString("base64"),
    };
  return {
    ...stored,
    sentence: describeEntry(reading.record),
    record: reading.record,
    bytesText: entry.toString("utf8"),
    unreadable: null,
    bytesBase64: null,
  };
}

/** An entry as it is stored, by number or id (ent_…). Throws AppError `entry.not-found`. */
export async function getEntryRow(
  { db }: Pick<Deps, "db">,
  seqOrId: string | number,
): Promise<EntryRow> {
  const key = String(seqOrId).slice(0, maxIdChars);
  const column = /^\d{1,15}$/.test(key) ? "seq" : "entry_id";
  const {
    rows: [row],
  } = await db.pool.query<Omit<EntryRow, "seq"> & { seq: string }>({
    name: `log-entry-by-${column}`,
    text: `select seq, entry_id as id, leaf_hash as "leafHash", entry, sequenced_at as "sequencedAt" from tlog.entry where ${column} = $1 limit 1`,
    values: [key],
  });
  if (row === undefined)
    throw new AppError("entry.not-found", `The audit log has no entry ${key}.`);
  return { ...row, seq: Number(row.seq) };
}

/**
 * The number of an entry that was just committed. Waits up to a second for the sequencer; null if
 * the entry has no number by then.
 */
export async function waitForEntryNumber(
  { db }: Pick<Deps, "db">,
  entryId: string,
): Promise<number | null> {
  const deadline = monotonicMs() + numberTimeoutMs;
  for (;;) {
    const { rows } = await db.pool.query<{ seq: string }>({
      name: "log-entry-seq",
      text: "select seq from tlog.entry where entry_id = $1 limit 1",
      values: [entryId],
    });
    if (rows[0]) return Number(rows[0].seq);
    if (monotonicMs() >= deadline) return null;
    await pause(pollIntervalMs);
  }
}
