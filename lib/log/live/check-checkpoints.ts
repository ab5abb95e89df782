import { toHex } from "@/lib/log/pure/bytes";
import type { Database } from "@/lib/runtime/deps";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { type NoteKey, readVkey } from "@/lib/log/pure/note";
import { describeQuorum, type WitnessPolicy } from "@/lib/log/pure/witness-policy";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import type { TrustLevel } from "@/lib/log/view-types";
import type { Pacer } from "@/lib/log/reconcile/pacer";
import type { LogRow, Snapshot } from "./snapshot";
import { type Checks, countEntries } from "./types";

type StoredCheckpoint = Readonly<{
  generation: number;
  size: number;
  root: Buffer;
  note: string;
  signedAt: Date;
  publishedAt: Date | null;
}>;
export type CheckpointCheck = Readonly<{
  /** Loads the checkpoints with sizes in (from, upTo]; returns the sizes whose root is needed. */
  loadRange: (from: number, upTo: number) => Promise<number[]>;
  /** Compares the loaded checkpoints of that size with the root of the entries. */
  compareRoot: (size: number, rootHex: string) => Promise<void>;
  /** The times of the loaded checkpoints, in the order of their sizes, once; for the clock check. */
  takeTimes: () => CheckpointTimes[];
  /** The level and size of the newest published checkpoint that was verified. */
  finish: () => Readonly<{ level: TrustLevel; size: number | null }>;
}>;

/** When a checkpoint was signed and published, and the verified times of its witnesses. */
export type CheckpointTimes = Readonly<{
  size: number;
  signedAt: number;
  publishedAt: number | null;
  cosignedAt: readonly number[];
}>;

const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

type CheckContext = Readonly<{
  checks: Checks;
  keys: ReadonlyMap<number, NoteKey>;
  policy: WitnessPolicy;
}>;

type Verified = Readonly<{ level: "witnessed" | "signed"; cosignedAt: readonly number[] }>;

/** Verifies one checkpoint against the root of the entries. Returns its level; null if unknown. */
async function verifyStored(
  { checks, keys, policy }: CheckContext,
  { generation, size, root, note }: StoredCheckpoint,
  rootHex: string,
): Promise<Verified | null> {
  const subject = `The checkpoint of ${countEntries(size)}`;
  const key = keys.get(generation);
  const parsed = readNote(note);
  checks.tree.count();
  if (toHex(root) !== rootHex)
    checks.tree.problem(
      `${subject} has the root ${toHex(root)}, but the entries have ${rootHex}: entries were changed, replaced, added or removed.`,
    );
  checks.checkpoints.count();
  if (typeof parsed === "string") checks.checkpoints.problem(`${subject} is malformed: ${parsed}`);
  else if (parsed.size !== size || toHex(parsed.root) !== toHex(root))
    checks.checkpoints.problem(
      `${subject} states ${countEntries(parsed.size)} and the root ${toHex(parsed.root)}, which is not what is stored with it.`,
    );
  checks.signature.count();
  if (key === undefined) {
    checks.signature.problem(`${subject} belongs to log ${generation}, whose key is unknown.`);
    return null;
  }
  try {
    const verified = await verifyCheckpoint(nodeLogCrypto, note, key, policy);
    checks.witnesses.count(verified.cosigned.length);
    return {
      level: verified.level,
      cosignedAt: verified.cosigned.map(({ timestamp }) => timestamp * 1_000),
    };
  } catch (error) {
    const isCosignature = policy.witnesses.some(({ key: { name } }) =>
      errorMessage(error).startsWith(`The signature of ${name} `),
    );
    (isCosignature ? checks.witnesses : checks.signature).problem(
      `${subject}: ${errorMessage(error)}`,
    );
    return null;
  }
}

/**
 * Verifies every stored checkpoint as the tree reaches its size: its root, its note, the signature
 * by its log's key, and its cosignatures.
 */
export async function makeCheckpointCheck(
  { pool }: Pick<Database, "pool">,
  checks: Checks,
  snapshot: Snapshot,
  options: Readonly<{ policy: WitnessPolicy; pacer: Pacer }>,
): Promise<CheckpointCheck> {
  const { policy, pacer } = options;
  const context: CheckContext = { checks, policy, keys: await readKeys(checks, snapshot.logs) };
  const newest = snapshot.logs.at(-1)?.generation;
  let bySize = new Map<number, StoredCheckpoint[]>();
  let level: TrustLevel = "unsealed";
  let reached: number | null = null;
  let times: CheckpointTimes[] = [];
  for (const { generation, size } of snapshot.beyond)
    checks.checkpoints.problem(
      `A checkpoint of log ${generation} was signed for ${countEntries(size)}, but the log holds ${snapshot.size}: ${size - snapshot.size} are missing.`,
    );
  return {
    loadRange: async (from, upTo) => {
      const { rows } = await pool.query<Omit<StoredCheckpoint, "size"> & { size: string }>(
        'select generation, size, root, note, signed_at as "signedAt", published_at as "publishedAt" from tlog.checkpoint where size > $1 and size <= $2 order by size, generation',
        [from, upTo],
      );
      bySize = new Map();
      for (const row of rows) {
        const checkpoint = { ...row, size: Number(row.size) };
        bySize.set(checkpoint.size, [...(bySize.get(checkpoint.size) ?? []), checkpoint]);
        await pacer.yieldIfBusy();
      }
      return [...bySize.keys()];
    },
    compareRoot: async (size, rootHex) => {
      for (const checkpoint of bySize.get(size) ?? []) {
        const verified = await verifyStored(context, checkpoint, rootHex);
        if (
          verified !== null &&
          checkpoint.publishedAt !== null &&
          checkpoint.generation === newest
        )
          [level, reached] = [verified.level, size];
        if (verified !== null) times.push(timesOf(checkpoint, verified));
        await pacer.yieldIfBusy();
      }
    },
    takeTimes: () => {
      const taken = times;
      times = [];
      return taken;
    },
    finish: () => {
      if (policy.quorum !== "none" && level === "signed" && reached !== null)
        checks.witnesses.problem(
          `The newest published checkpoint (${countEntries(reached)}) lacks cosignatures: the policy requires ${describeQuorum(policy)}.`,
        );
      return { level, size: reached };
    },
  };
}

const timesOf = (
  { size, signedAt, publishedAt }: StoredCheckpoint,
  { cosignedAt }: Verified,
): CheckpointTimes => ({
  size,
  signedAt: signedAt.getTime(),
  publishedAt: publishedAt?.getTime() ?? null,
  cosignedAt,
});

function readNote(note: string): ReturnType<typeof parseCheckpoint> | string {
  try {
    return parseCheckpoint(note);
  } catch (error) {
    return errorMessage(error);
  }
}

async function readKeys(
  { signature }: Checks,
  logs: readonly LogRow[],
): Promise<Map<number, NoteKey>> {
  const keys = new Map<number, NoteKey>();
  for (const { generation, origin, vkey } of logs) {
    try {
      const key = await readVkey(nodeLogCrypto, vkey);
      if (key.name !== origin)
        signature.problem(
          `The key of log ${generation} belongs to ${key.name}, but the log is ${origin}.`,
        );
      keys.set(generation, key);
    } catch (error) {
      signature.problem(`The key of log ${generation} cannot be read: ${errorMessage(error)}`);
    }
  }
  return keys;
}
