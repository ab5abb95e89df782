import { problemWithText } from "@/lib/format/label";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { encodeEntry } from "@/lib/log/entry";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { trackCommit, makeNumberedEntry } from "@/lib/log/record/entry-numbers";
import { equalBytes } from "@/lib/log/pure/bytes";
import { parseVkey } from "@/lib/log/pure/note";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import { commitFailed } from "@/lib/log/record/inbox";
import { rootAt } from "@/lib/log/tree/build-proofs";
import { makeTileReader } from "@/lib/log/tree/tile-reader";
import { makeIntegrator } from "./integrator";
import { listCheckpointsUpTo, insertContinuation, readHead, readLogs } from "./log-repository";
import { makeLogOrigin } from "./open-log";
import type { Halt, PublishDeps } from "./types";

export type Continuation = Readonly<{
  generation: number;
  origin: string;
  vkey: string;
  previousOrigin: string;
  /** Entries that were kept; the numbers from here on are used again. */
  size: number;
  /** Entries that the previous log had signed beyond those, and that are missing. */
  lost: number;
  /**
   * How many of the kept entries are proven, by a checkpoint of the previous log, to be the ones
   * that it signed; null if no such checkpoint is left.
   */
  proven: number | null;
}>;

const maxCommentChars = 500;
const maxCheckpointsTried = 5;
const notHaltedError = (): AppError =>
  new AppError(
    "log.not-halted",
    "The log is not halted, so there is nothing to continue. It may have been continued already.",
  );

function parseComment(value: string): string {
  const comment = value.trim();
  const message =
    comment === ""
      ? "Enter the reason for continuing the log. It is recorded in the audit log."
      : comment.length > maxCommentChars
        ? `Enter at most ${maxCommentChars} characters.`
        : problemWithText(comment);
  if (message !== null)
    throw new AppError("input.invalid", message, {
      findings: [{ code: "input.invalid", path: "comment", message }],
    });
  return comment;
}

/**
 * Continues a halted log (decision 10, permission log.continue): the entries that are left go on
 * under a new origin and a new key, and the new log's first entry names the old log, its last
 * checkpoint and what was lost. The old log's key never signs again, so the old log is never
 * contradicted. Throws AppError `log.not-halted`, `input.invalid`, `record.unavailable`,
 * `log.entries-missing`, and those of the signer.
 */
export async function continueLog(
  deps: PublishDeps,
  actor: Actor,
  input: Readonly<{ comment: string }>,
): Promise<Recorded<Continuation>> {
  authorize(actor, "log.continue");
  const comment = parseComment(input.comment);
  const { size, halted } = await readHead(deps.db);
  if (!halted) throw notHaltedError();
  const origin = makeLogOrigin(deps);
  const proven = await findProvenPrefix(deps, halted, size);
  const { vkey } = await deps.signer.createLogKey(origin);
  const lost = Math.max(0, halted.rememberedSize - size);
  const record = makeNumberedEntry(
    deps.recorder,
    actor,
    {
      action: "log.continued",
      outcome: "success",
      target: { kind: "log", id: origin, label: origin },
      details: {
        origin,
        vkey,
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
  await trackCommit(deps.recorder, [record], async () => {
    try {
      generation = await insertContinuation(deps.db, {
        origin,
        previousNote: halted.rememberedNote,
        leftBehind: halted.lostOrigins,
        size,
        entry: encodeEntry(record),
      });
    } catch (error) {
      const { code } = error as { code?: unknown };
      // 55000: continued in the meantime. 40001: the size has changed, which happens to a halted
      // log only if it was continued and has grown since.
      throw code === "55000" || code === "40001" ? notHaltedError() : commitFailed(error);
    }
    return true;
  });
  const previousOrigin = halted.origin;
  return {
    result: { generation, origin, vkey, previousOrigin, size, lost, proven },
    entryId: record.id,
  };
}

/**
 * How many of the entries that are left are certain to be the ones that the halted log signed: the
 * size of its largest checkpoint in the database that they match.
 */
async function findProvenPrefix(
  { db }: PublishDeps,
  { origin }: Halt,
  size: number,
): Promise<number | null> {
  const log = (await readLogs(db)).find((one) => one.origin === origin);
  if (!log) return null;
  // No other process grows the tree while the log is halted.
  await makeIntegrator(db).growTo(size);
  const read = makeTileReader(db);
  for (const { note } of await listCheckpointsUpTo(db, log.generation, size, maxCheckpointsTried)) {
    const signed = await verifyCheckpoint(nodeLogCrypto, note, parseVkey(log.vkey)).catch(
      () => null,
    );
    if (signed && equalBytes(await rootAt(read, signed.checkpoint.size), signed.checkpoint.root))
      return signed.checkpoint.size;
  }
  return null;
}
