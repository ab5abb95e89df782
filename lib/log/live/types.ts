import type { Check } from "@/lib/log/reconcile/check";
import type { EntryReading } from "@/lib/log/read-entry";

/** The checks of the live log, in the order of the report. */
export const checkNames = [
  "numbers",
  "leaf",
  "id",
  "readable",
  "tree",
  "tiles",
  "checkpoints",
  "signature",
  "witnesses",
  "remembered",
  "anchors",
  "clocks",
  "index",
  "sources",
  "credentials",
  "guards",
  "state",
] as const;
export type CheckName = (typeof checkNames)[number];
export type Checks = Readonly<Record<CheckName, Check>>;

/** A row of tlog.entry. After tampering its columns may hold anything. `hash`: of its bytes. */
export type EntryRow = Readonly<{
  seq: number;
  entryId: string | null;
  leafHash: Buffer | null;
  entry: Buffer;
  hash: Buffer;
  sequencedAt: Date | null;
  reading: EntryReading;
}>;

/** "1 entry", "3 entries". */
export const countEntries = (count: number): string =>
  `${count} ${count === 1 ? "entry" : "entries"}`;
