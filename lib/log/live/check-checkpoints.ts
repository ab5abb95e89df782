import type { Database } from "@/lib/db/database";
import { nodeLogCrypto } from "../node-crypto";
import { parseCheckpoint } from "../pure/checkpoint";
import { type NoteKey, readVkey } from "../pure/note";
import { describePolicy, type Policy } from "../pure/policy";
import { verifyCheckpoint } from "../pure/verify-checkpoint";
import type { TrustLevel } from "../types-of-proof";
import type { Pacer } from "./pace";
import type { LogRow, Snapshot } from "./snapshot";
import { type Checks, entries } from "./types";

type Stored = Readonly<{
  generation: number;
  size: number;
  root: Buffer;
  note: string;
  published: boolean;
}>;
export type CheckpointCheck = Readonly<{
  /** Sizes (from, upto] at which the tree's root is needed. */
  sizesIn: (from: number, upto: number) => Promise<number[]>;
  at: (size: number, rootHex: string) => Promise<void>;
  /** What the newest published one reaches, and its size. */
  reached: () => Readonly<{ level: TrustLevel; size: number | null }>;
}>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

type Parts = Readonly<{ checks: Checks; keys: ReadonlyMap<number, NoteKey>; policy: Policy }>;

/** Verifies one stored checkpoint against the root of the entries. Returns what it reaches, null if that cannot be said. */
async function verifyStored(
  { checks, keys, policy }: Parts,
  { generation, size, root, note }: Stored,
  rootHex: string,
): Promise<"witnessed" | "signed" | null> {
  const where = `The checkpoint of ${entries(size)}`,
    key = keys.get(generation),
    said = readNote(note);
  checks.tree.looked();
  if (hex(root) !== rootHex)
    checks.tree.wrong(
      `${where} has the root ${hex(root)}, and the entries have ${rootHex}: entries were changed, exchanged, added or taken away.`,
    );
  checks.checkpoints.looked();
  if (typeof said === "string") checks.checkpoints.wrong(`${where} is none: ${said}`);
  else if (said.size !== size || hex(said.root) !== hex(root))
    checks.checkpoints.wrong(
      `${where} says ${entries(said.size)} and the root ${hex(said.root)}, and is stored as another.`,
    );
  checks.signature.looked();
  if (key === undefined) {
    checks.signature.wrong(`${where} is of log ${generation}, whose key is not known.`);
    return null;
  }
  try {
    const verified = await verifyCheckpoint(nodeLogCrypto, note, key, policy);
    checks.witnesses.looked(verified.cosigned.length);
    return verified.level;
  } catch (error) {
    const isCosignature = policy.witnesses.some(({ key: { name } }) =>
      wordsOf(error).startsWith(`The signature of ${name} `),
    );
    (isCosignature ? checks.witnesses : checks.signature).wrong(`${where}: ${wordsOf(error)}`);
    return null;
  }
}

/** Verifies every checkpoint as the tree passes its size: root, note, signature by the key of its log, cosignatures. */
export async function makeCheckpointCheck(
  { pool }: Pick<Database, "pool">,
  checks: Checks,
  snapshot: Snapshot,
  options: Readonly<{ policy: Policy; pacer: Pacer }>,
): Promise<CheckpointCheck> {
  const { policy, pacer } = options,
    parts: Parts = { checks, policy, keys: await readKeys(checks, snapshot.logs) },
    newest = snapshot.logs.at(-1)?.generation;
  let waiting = new Map<number, Stored[]>(),
    level: TrustLevel = "unsealed",
    reached: number | null = null;
  for (const { generation, size } of snapshot.beyond)
    checks.checkpoints.wrong(
      `A checkpoint of log ${generation} was signed for ${entries(size)}, and the log holds ${snapshot.size}: ${size - snapshot.size} are missing.`,
    );
  return {
    sizesIn: async (from, upto) => {
      const { rows } = await pool.query<Omit<Stored, "size"> & { size: string }>(
        "select generation, size, root, note, published_at is not null as published from tlog.checkpoint where size > $1 and size <= $2 order by size, generation",
        [from, upto],
      );
      waiting = new Map();
      for (const row of rows) {
        const one = { ...row, size: Number(row.size) };
        waiting.set(one.size, [...(waiting.get(one.size) ?? []), one]);
        await pacer.breathe();
      }
      return [...waiting.keys()];
    },
    at: async (size, rootHex) => {
      for (const one of waiting.get(size) ?? []) {
        const verified = await verifyStored(parts, one, rootHex);
        if (verified !== null && one.published && one.generation === newest)
          [level, reached] = [verified, size];
        await pacer.breathe();
      }
    },
    reached: () => {
      if (policy.quorum !== "none" && level === "signed" && reached !== null)
        checks.witnesses.wrong(
          `The newest published checkpoint (${entries(reached)}) lacks cosignatures: the policy asks for ${describePolicy(policy)}.`,
        );
      return { level, size: reached };
    },
  };
}

function readNote(note: string): ReturnType<typeof parseCheckpoint> | string {
  try {
    return parseCheckpoint(note);
  } catch (error) {
    return wordsOf(error);
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
        signature.wrong(
          `The key of log ${generation} is that of ${key.name}, and the log is ${origin}.`,
        );
      keys.set(generation, key);
    } catch (error) {
      signature.wrong(`The key of log ${generation} cannot be read: ${wordsOf(error)}`);
    }
  }
  return keys;
}
