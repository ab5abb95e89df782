import { toHex } from "@/lib/log/pure/bytes";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { type Checkpoint, parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { readVkey } from "@/lib/log/pure/note";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import type { LogRow, Snapshot } from "./snapshot";
import { type Checks, countEntries } from "./types";

/** A checkpoint in the signer's memory, with the log that it belongs to. */
export type RememberedCheckpoint = Readonly<{ checkpoint: Checkpoint; log: LogRow }>;

export type ReadMemory = () => Promise<readonly string[]>;

const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/**
 * Reads the signer's memory. Call it before the log's size is read, because the memory only grows.
 * Null, and a problem, if it cannot be read.
 */
export async function readRemembered(
  readMemory: ReadMemory,
  checks: Checks,
): Promise<readonly string[] | null> {
  try {
    return await readMemory();
  } catch (error) {
    checks.remembered.problem(`The signer's memory cannot be read: ${errorMessage(error)}`);
    return null;
  }
}

/**
 * Returns the remembered checkpoints whose roots the entries must match. Reports what is wrong
 * regardless of roots: logs that the database does not have, entries that are missing.
 */
export async function checkRemembered(
  notes: readonly string[],
  checks: Checks,
  { logs, size }: Snapshot,
): Promise<RememberedCheckpoint[]> {
  const byOrigin = new Map(logs.map((log) => [log.origin, log]));
  const leftBehind = new Set(logs.flatMap(({ leftBehind: origins }) => origins));
  const comparable: RememberedCheckpoint[] = [];
  for (const note of notes) {
    checks.remembered.count();
    const checkpoint = parseCheckpoint(note);
    const log = byOrigin.get(checkpoint.origin);
    if (log) {
      await checkKey(note, log, checks);
      if (isLeftBehind(log, logs, checkpoint)) continue;
      if (checkpoint.size > size)
        checks.remembered.problem(
          `The signer remembers ${checkpoint.origin} with ${countEntries(checkpoint.size)}, but the database holds ${size}: ${checkpoint.size - size} are missing.`,
        );
      else comparable.push({ checkpoint, log });
    } else if (!leftBehind.has(checkpoint.origin)) {
      checks.remembered.problem(
        `The signer remembers the log ${checkpoint.origin} with ${countEntries(checkpoint.size)}, but the database has no log with that name.`,
      );
    }
  }
  return comparable;
}

/** Whether the continuation of this log gave up the entries under this checkpoint. */
function isLeftBehind(
  { generation }: LogRow,
  logs: readonly LogRow[],
  { origin, size }: Checkpoint,
): boolean {
  const next = logs.find((one) => one.generation === generation + 1);
  if (!next?.previousNote) return false;
  const previous = parseCheckpoint(next.previousNote);
  return previous.origin === origin && previous.size === size && size > next.startSize;
}

async function checkKey(
  note: string,
  { origin, vkey }: LogRow,
  { signature }: Checks,
): Promise<void> {
  signature.count();
  try {
    await verifyCheckpoint(nodeLogCrypto, note, await readVkey(nodeLogCrypto, vkey));
  } catch (error) {
    signature.problem(
      `The remembered checkpoint of ${origin} is not signed by the key in the database: ${errorMessage(error)}`,
    );
  }
}

/** Compares a remembered root with the root of the entries. */
export function checkRoot(
  { remembered }: Checks,
  { checkpoint: { origin, size, root } }: RememberedCheckpoint,
  rootHex: string,
): void {
  if (toHex(root) === rootHex) return;
  remembered.problem(
    `The signer remembers the root ${toHex(root)} for the first ${countEntries(size)} of ${origin}, but they now have ${rootHex}: the log was rewritten.`,
  );
}
