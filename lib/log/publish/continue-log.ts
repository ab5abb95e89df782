import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors/app-error";
import { encodeEntry } from "../entry";
import { nodeLogCrypto } from "../node-crypto";
import { accountFor, makeNumbered } from "../numbered";
import { equalBytes } from "../pure/bytes";
import { parseVkey } from "../pure/note";
import { verifyCheckpoint } from "../pure/verify-checkpoint";
import { recordUnavailable } from "../record-unavailable";
import { rootAt } from "../tree/prove";
import { makeReadHashes } from "../tree-reader";
import { makeIntegrator } from "./integrate";
import { checkpointsUpTo, insertContinuation, readHead, readLogs } from "./log-repository";
import { makeOrigin } from "./open-log";
import type { Halt, PublishDeps } from "./types";

export type Continuation = Readonly<{
  generation: number;
  origin: string;
  vkey: string;
  previousOrigin: string;
  /** Entries that were kept; numbers from here on are used anew. */
  size: number;
  /** Entries that the previous log had signed beyond those. */
  lost: number;
  /** So many of the kept entries are proven to be those that the previous log signed, by one of its checkpoints; null if none of its checkpoints is left. */
  proven: number | null;
  entryId: string;
}>;

const LONGEST_COMMENT = 500,
  TRIES = 5;
const notHalted = (): AppError =>
  new AppError(
    "log.not-halted",
    "The log is not halted, so there is nothing to continue. Somebody may have done it already.",
    { kind: "conflict" },
  );

function commentOf(said: string): string {
  const comment = said.trim();
  const message =
    comment === ""
      ? "Say why the log is continued: it stays on the record."
      : comment.length > LONGEST_COMMENT
        ? `At most ${LONGEST_COMMENT} characters.`
        : null;
  if (message !== null)
    throw new AppError("input.invalid", message, {
      findings: [{ code: "input.invalid", path: "comment", message }],
    });
  return comment;
}

/**
 * The supervised step after a halt (permission log.continue): the entries that are left go on under a new name and a new key, and the new
 * log's first entry names the old one, its last checkpoint and what was lost. The old log is never contradicted: nobody signs for it again.
 * Errors: `log.not-halted`, `input.invalid`, `record.unavailable`, `log.entries-missing`, those of the signer.
 */
export async function continueLog(
  deps: PublishDeps,
  actor: Actor,
  input: Readonly<{ comment: string }>,
): Promise<Continuation> {
  authorize(actor, "log.continue");
  const comment = commentOf(input.comment),
    { size, halted } = await readHead(deps.db);
  if (!halted) throw notHalted();
  const origin = makeOrigin(deps),
    proven = await provenPrefix(deps, halted, size),
    key = await deps.signer.createLogKey(origin);
  const lost = Math.max(0, halted.rememberedSize - size);
  const record = makeNumbered(
    deps,
    actor,
    {
      action: "log.continued",
      outcome: "success",
      target: { kind: "log", id: origin, label: origin },
      details: {
        origin,
        vkey: key.vkey,
        previousOrigin: halted.origin,
        previousCheckpoint: halted.rememberedNote,
        size,
        lost,
        comment,
        ...(proven === null ? {} : { proven }),
      },
    },
    deps.clock.now(),
  );
  let generation = 0;
  await accountFor(deps, record, async () => {
    try {
      generation = await insertContinuation(deps.db, {
        origin,
        ...key,
        previousNote: halted.rememberedNote,
        leftBehind: halted.lostOrigins,
        size,
        entry: encodeEntry(record),
      });
    } catch (error) {
      const { code } = error as { code?: unknown };
      // 55000: continued meanwhile; 40001: not as large as it was a moment ago, which a halted log only is when it was continued and went on.
      throw code === "55000" || code === "40001" ? notHalted() : recordUnavailable(error);
    }
    return true;
  });
  return {
    generation,
    origin,
    vkey: key.vkey,
    previousOrigin: halted.origin,
    size,
    lost,
    proven,
    entryId: record.id,
  };
}

/** How many of the entries that are left are surely those that the halted log signed: the largest of its checkpoints in the database that fits them. */
async function provenPrefix(
  { db }: PublishDeps,
  { origin }: Halt,
  size: number,
): Promise<number | null> {
  const log = (await readLogs(db)).find((one) => one.origin === origin);
  if (!log) return null;
  // Nobody else grows the tree while the log is halted.
  await makeIntegrator(db).growTo(size);
  const read = makeReadHashes(db);
  for (const { note } of await checkpointsUpTo(db, log.generation, size, TRIES)) {
    const signed = await verifyCheckpoint(nodeLogCrypto, note, parseVkey(log.vkey)).catch(
      () => null,
    );
    if (signed && equalBytes(await rootAt(read, signed.checkpoint.size), signed.checkpoint.root))
      return signed.checkpoint.size;
  }
  return null;
}
