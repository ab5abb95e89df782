import { toHex } from "../pure/bytes";
import { parseCheckpoint, type Checkpoint } from "../pure/checkpoint";
import { makeReadHashes } from "../tree-reader";
import { rootAt } from "../tree/prove";
import { readHead, readLogs } from "./log-repository";
import type { Integrator } from "./integrate";
import type { Halt, OpenLog, PublishDeps } from "./types";

export type Verdict =
  /** Nothing is remembered that the database contradicts. `remembered` is the last signed checkpoint of this log, if there is one. */
  | Readonly<{ state: "sound"; log: OpenLog; remembered: Checkpoint | null }>
  /** Neither the database nor the memory knows a log. */
  | Readonly<{ state: "none" }>
  | Readonly<{ state: "contradicted"; halt: Halt }>;

type Parts = Readonly<{ deps: PublishDeps; integrator: Integrator }>;
type Facts = Pick<Halt, "code" | "rememberedNote" | "foundSize"> &
  Readonly<{ lostOrigins?: readonly string[]; says: string }>;

const AFTERWARDS =
  "Nothing is numbered, published or changed until the missing entries are back, or an administrator continues the log under a new name (on the log's page, or with: npx chancery log continue).";
const CAUSE =
  "It looks as if an older backup was restored, or the database moved to a copy that lagged behind.";

function haltOf(
  { deps }: Parts,
  { code, rememberedNote, foundSize, lostOrigins = [], says }: Facts,
): Halt {
  const { origin, size, root } = parseCheckpoint(rememberedNote);
  return {
    code,
    message: `${says} ${AFTERWARDS}`,
    at: deps.clock.now().toISOString(),
    origin,
    rememberedSize: size,
    rememberedRootHex: toHex(root),
    foundSize,
    rememberedNote,
    lostOrigins,
  };
}

/**
 * Compares the log in the database with what is remembered outside it. To be asked before anything is numbered: a number that was signed for
 * one entry must never go to another. Throws if the memory cannot be read, or the database does not answer.
 */
export async function judgeLog(parts: Parts): Promise<Verdict> {
  const { db, signer } = parts.deps,
    logs = await readLogs(db),
    notes = await signer.rememberedAll();
  const known = new Set(logs.flatMap(({ origin, leftBehind }) => [origin, ...leftBehind]));
  const lost = notes.filter((note) => !known.has(parseCheckpoint(note).origin)),
    newestLost = lost.at(-1),
    [log] = logs;
  if (newestLost !== undefined) {
    const { origin, size } = parseCheckpoint(newestLost),
      { size: foundSize } = await readHead(db);
    const says = `The signer remembers the log ${origin} with ${size} entries, and this database, which holds ${foundSize}, knows no log of that name. ${CAUSE}`;
    return {
      state: "contradicted",
      halt: haltOf(parts, {
        code: "log.smaller-than-remembered",
        rememberedNote: newestLost,
        foundSize,
        says,
        lostOrigins: lost.map((note) => parseCheckpoint(note).origin),
      }),
    };
  }
  if (log === undefined) return { state: "none" };
  const note = await signer.remembered(log.origin);
  if (note === null) return { state: "sound", log, remembered: null };
  const halt = await contradictionTo(parts, note, "The signer remembers");
  return halt
    ? { state: "contradicted", halt }
    : { state: "sound", log, remembered: parseCheckpoint(note) };
}

/** How the entries in the database contradict a checkpoint that the log's key signed, or null. `who` begins the sentence that says so. */
export async function contradictionTo(
  parts: Parts,
  note: string,
  who: string,
): Promise<Halt | null> {
  const { db } = parts.deps,
    { origin, size, root } = parseCheckpoint(note),
    { size: found } = await readHead(db);
  if (found < size) {
    const says = `${who} the log ${origin} with ${size} entries, and the database holds ${found}: ${size - found} are missing. ${CAUSE}`;
    return haltOf(parts, {
      code: "log.smaller-than-remembered",
      rememberedNote: note,
      foundSize: found,
      says,
    });
  }
  await parts.integrator.growTo(size);
  const rootHex = toHex(await rootAt(makeReadHashes(db), size)),
    rememberedHex = toHex(root);
  if (rootHex === rememberedHex) return null;
  const says = `${who} the log ${origin} with ${size} entries under the root ${rememberedHex}, and those in the database have the root ${rootHex}: entries were changed or exchanged. ${CAUSE}`;
  return haltOf(parts, {
    code: "log.differs-from-remembered",
    rememberedNote: note,
    foundSize: found,
    says,
  });
}
