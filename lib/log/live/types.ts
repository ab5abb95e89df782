import type { Check } from "./problems";
import type { EntryRecord } from "../types";

/** The checks of the live log, in the order in which they are told. */
export const checkNames = [
  "numbers",
  "leaf",
  "id",
  "tree",
  "tiles",
  "checkpoints",
  "signature",
  "witnesses",
  "remembered",
  "index",
  "sources",
  "guards",
  "state",
] as const;
export type CheckName = (typeof checkNames)[number];
export type Checks = Readonly<Record<CheckName, Check>>;

/** One row of tlog.entry. After an attack nothing about it is certain, so its columns may hold anything. */
export type EntryRow = Readonly<{
  seq: number;
  entryId: string | null;
  leafHash: Buffer | null;
  entry: Buffer;
  hash: Buffer;
  record: EntryRecord | null;
}>;

/** Words for a number of things: "1 entry", "3 entries". */
export const entries = (count: number): string => `${count} ${count === 1 ? "entry" : "entries"}`;
