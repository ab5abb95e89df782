import { nodeLogCrypto } from "../node-crypto";
import { type Checkpoint, parseCheckpoint } from "../pure/checkpoint";
import { readVkey } from "../pure/note";
import { verifyCheckpoint } from "../pure/verify-checkpoint";
import type { LogRow, Snapshot } from "./snapshot";
import { type Checks, entries } from "./types";

/** A checkpoint that is remembered outside the database, and which log of the chain it is of. */
export type Remembered = Readonly<{ checkpoint: Checkpoint; log: LogRow }>;

export type Recall = () => Promise<readonly string[]>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** What the signer's files say of these logs; to be asked before the log's size is taken, since they only grow. Null if they cannot be read. */
export async function readRemembered(
  recall: Recall,
  checks: Checks,
): Promise<readonly string[] | null> {
  try {
    return await recall();
  } catch (error) {
    checks.remembered.wrong(
      `What is remembered outside the database cannot be read: ${wordsOf(error)}`,
    );
    return null;
  }
}

/** Those that the entries must agree with. Says what is already wrong: logs that the database does not know, entries that are missing. */
export async function weighRemembered(
  notes: readonly string[],
  checks: Checks,
  { logs, size }: Snapshot,
): Promise<Remembered[]> {
  const known = new Map(logs.map((log) => [log.origin, log])),
    leftBehind = new Set(logs.flatMap(({ leftBehind: origins }) => origins)),
    kept: Remembered[] = [];
  for (const note of notes) {
    checks.remembered.looked();
    const checkpoint = parseCheckpoint(note),
      log = known.get(checkpoint.origin);
    if (log) {
      await checkKey(note, log, checks);
      if (isOver(log, logs, checkpoint)) continue;
      if (checkpoint.size > size)
        checks.remembered.wrong(
          `The signer remembers ${checkpoint.origin} with ${entries(checkpoint.size)}, and the database holds ${size}: ${checkpoint.size - size} are missing.`,
        );
      else kept.push({ checkpoint, log });
    } else if (!leftBehind.has(checkpoint.origin)) {
      checks.remembered.wrong(
        `The signer remembers the log ${checkpoint.origin} with ${entries(checkpoint.size)}, and the database knows no log of that name.`,
      );
    }
  }
  return kept;
}

/** The step that continued this log under a new name has named what it left behind. */
function isOver(
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
  signature.looked();
  try {
    await verifyCheckpoint(nodeLogCrypto, note, await readVkey(nodeLogCrypto, vkey));
  } catch (error) {
    signature.wrong(
      `What is remembered of ${origin} was not signed by the key that the database has for it: ${wordsOf(error)}`,
    );
  }
}

/** Compares a remembered root with that of the entries. */
export function checkRoot(
  { remembered }: Checks,
  { checkpoint: { origin, size, root } }: Remembered,
  rootHex: string,
): void {
  if (hex(root) === rootHex) return;
  remembered.wrong(
    `The signer remembers the first ${entries(size)} of ${origin} under the root ${hex(root)}, and they have ${rootHex} now: the past was rewritten.`,
  );
}
