import { toHex } from "@/lib/log/pure/bytes";
import { type Checkpoint, parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { rootAt } from "@/lib/log/tree/build-proofs";
import { makeTileReader } from "@/lib/log/tree/tile-reader";
import type { Integrator } from "./integrator";
import { readHead, readLogs } from "./log-repository";
import type { Halt, LogIdentity, PublishDeps } from "./types";

export type RememberedComparison =
  /**
   * The database agrees with what is remembered. `remembered` is the last signed checkpoint of this
   * log; null if there is none.
   */
  | Readonly<{ state: "intact"; log: LogIdentity; remembered: Checkpoint | null }>
  /** Neither the database nor the signer knows a log. */
  | Readonly<{ state: "none" }>
  | Readonly<{ state: "contradicted"; halt: Halt }>;

type ComparisonDeps = Readonly<{ deps: PublishDeps; integrator: Integrator }>;
type HaltFacts = Pick<Halt, "code" | "rememberedNote" | "foundSize"> &
  Readonly<{ lostOrigins?: readonly string[]; problem: string }>;

const nextSteps =
  "No entry is numbered or published, and nothing changes but revocations and holds, until the missing entries are restored or an administrator continues the log under a new name (on the audit log's page, or with: npx chancery log continue).";
const likelyCause =
  "The likely cause is a restored older backup, or a failover to a replica that lagged behind.";

/**
 * Compares the log in the database with what the signer remembers. Must be done before anything is
 * numbered: a number that was signed for one entry must never be used for another. Throws if the
 * signer's memory cannot be read or the database does not answer.
 */
export async function compareWithRemembered(input: ComparisonDeps): Promise<RememberedComparison> {
  const { db, signer } = input.deps;
  const logs = await readLogs(db);
  const notes = await signer.rememberedAll();
  const knownOrigins = new Set(logs.flatMap(({ origin, leftBehind }) => [origin, ...leftBehind]));
  const lost = notes.filter((note) => !knownOrigins.has(parseCheckpoint(note).origin));
  const newestLost = lost.at(-1);
  const [log] = logs;
  if (newestLost !== undefined) {
    const { origin, size } = parseCheckpoint(newestLost);
    const { size: foundSize } = await readHead(db);
    const halt = toHalt(input, {
      code: "log.smaller-than-remembered",
      rememberedNote: newestLost,
      foundSize,
      problem: `The signer remembers the log ${origin} with ${size} entries, but this database, which holds ${foundSize}, has no log with that name. ${likelyCause}`,
      lostOrigins: lost.map((note) => parseCheckpoint(note).origin),
    });
    return { state: "contradicted", halt };
  }
  if (log === undefined) return { state: "none" };
  const note = await signer.remembered(log.origin);
  if (note === null) return { state: "intact", log, remembered: null };
  const halt = await findContradiction(input, note, "The signer remembers");
  return halt
    ? { state: "contradicted", halt }
    : { state: "intact", log, remembered: parseCheckpoint(note) };
}

/**
 * How the entries in the database contradict a checkpoint that the log's key signed; null if they
 * do not. `subject` begins the sentence that reports it: "The signer remembers".
 */
export async function findContradiction(
  input: ComparisonDeps,
  note: string,
  subject: string,
): Promise<Halt | null> {
  const { db } = input.deps;
  const { origin, size, root } = parseCheckpoint(note);
  const { size: foundSize } = await readHead(db);
  if (foundSize < size)
    return toHalt(input, {
      code: "log.smaller-than-remembered",
      rememberedNote: note,
      foundSize,
      problem: `${subject} the log ${origin} with ${size} entries, but the database holds ${foundSize}: ${size - foundSize} are missing. ${likelyCause}`,
    });
  await input.integrator.growTo(size);
  const rootHex = toHex(await rootAt(makeTileReader(db), size));
  const rememberedHex = toHex(root);
  if (rootHex === rememberedHex) return null;
  return toHalt(input, {
    code: "log.differs-from-remembered",
    rememberedNote: note,
    foundSize,
    problem: `${subject} the log ${origin} with ${size} entries and the root ${rememberedHex}, but the entries in the database have the root ${rootHex}: entries were changed or replaced. ${likelyCause}`,
  });
}

function toHalt(
  { deps }: ComparisonDeps,
  { code, rememberedNote, foundSize, lostOrigins = [], problem }: HaltFacts,
): Halt {
  const { origin, size, root } = parseCheckpoint(rememberedNote);
  return {
    code,
    message: `${problem} ${nextSteps}`,
    at: deps.clock.now().toISOString(),
    origin,
    rememberedSize: size,
    rememberedRootHex: toHex(root),
    foundSize,
    rememberedNote,
    lostOrigins,
  };
}
