import type { Database } from "@/lib/db/database";
import { isAppError } from "@/lib/errors/app-error";
import { nodeLogCrypto } from "../node-crypto";
import { toBase64, toHex } from "../pure/bytes";
import { parseVkey } from "../pure/note";
import { verifyCheckpoint } from "../pure/verify-checkpoint";
import { makeReadHashes } from "../tree-reader";
import { proveConsistency } from "../tree/prove";
import type { Grown } from "./integrate";
import { addCheckpoint, publishCheckpoint, publishedSize } from "./log-repository";
import type { Cosign, OpenLog, PublishDeps } from "./types";
import type { Wake } from "./wake";

export type PublisherParts = Readonly<{
  db: Readonly<{ pool: Pick<Database["pool"], "query"> }>;
  signer: PublishDeps["signer"];
  log: OpenLog;
  /** The size of the last checkpoint that the signer remembers. */
  rememberedSize: number;
  /** The tree as it stands; `wake` is said when it grew. */
  grown: () => Grown;
  wake: Wake;
  over: AbortSignal;
  cosign?: Cosign | undefined;
  /** A witness holds a checkpoint of this log, signed by its key, that goes beyond what we asked it to cosign. */
  onAhead: (witness: string, note: string) => Promise<void>;
  onError: (error: unknown) => void;
  onPublished?: ((size: number) => void) | undefined;
}>;

/** Checkpoints come at least so far apart: the first at once, then four a second while the log grows. */
const APART_MS = 250;
const UNMET_RETRY_MS = 1_000,
  LONGEST_RETRY_MS = 10_000,
  LOOK_EVERY_MS = 1_000;

/** How far publishing has come, and the signer's memory: that one moves as soon as it has signed, whatever fails afterwards. */
type Progress = { published: number; remembered: number };

/**
 * Signs, has cosigned and publishes the tree as it grows, until `over`; nothing while it does not grow. Throws when the signer refuses what
 * should go on from its memory: then what it remembers must be compared with the database again.
 */
export async function publishAlong(parts: PublisherParts): Promise<void> {
  const progress: Progress = {
    published: await publishedSize(parts.db, parts.log.generation),
    remembered: parts.rememberedSize,
  };
  let failures = 0;
  for (let next = 0; !parts.over.aborted;) {
    const { size } = parts.grown(),
      pause = next - performance.now();
    if (size <= progress.published || size < progress.remembered) {
      await parts.wake.wait(LOOK_EVERY_MS);
      continue;
    }
    if (pause > 0) {
      await parts.wake.wait(pause);
      continue;
    }
    next = performance.now() + APART_MS;
    try {
      failures = (await publishOnce(parts, progress)) ? 0 : failures + 1;
    } catch (error) {
      if (parts.over.aborted || isRefusal(error)) throw error;
      failures += 1;
      parts.onError(error);
    }
    if (failures > 0)
      next =
        performance.now() +
        Math.min(UNMET_RETRY_MS * 2 ** Math.min(failures - 1, 5), LONGEST_RETRY_MS);
  }
}

const isRefusal = (error: unknown): boolean =>
  isAppError(error) && error.code.startsWith("signer.") && error.kind === "conflict";

/** False if the witnesses' quorum is not met yet: then the next attempt asks them again, for the tree as it is then. */
async function publishOnce(parts: PublisherParts, progress: Progress): Promise<boolean> {
  const { db, signer, log, cosign } = parts,
    { size, root } = parts.grown(),
    read = makeReadHashes(db, size),
    oldSize = progress.remembered;
  const proof = await proveConsistency(read, oldSize, size);
  const note = await signer.signCheckpoint({
    origin: log.origin,
    size,
    rootHex: toHex(root),
    oldSize,
    proof: proof.map(toBase64),
  });
  progress.remembered = size;
  const signed = { generation: log.generation, size, root, note };
  // Kept before anybody outside sees it: what a witness has, the database must not lack.
  if (cosign) await addCheckpoint(db, signed);
  const outcome = cosign
    ? await cosign(note, size, (from) => proveConsistency(read, from, size))
    : { lines: [], met: true };
  if (outcome.ahead) await hearWitness(parts, outcome.ahead);
  if (!outcome.met) return false;
  await publishCheckpoint(db, signed, outcome.lines);
  parts.onPublished?.(size);
  progress.published = size;
  return true;
}

/** Only what the log's own key has signed counts: no witness can stop the log by a mere claim. */
async function hearWitness(
  { log, onAhead, onError }: PublisherParts,
  { witness, note }: Readonly<{ witness: string; note: string }>,
): Promise<void> {
  try {
    await verifyCheckpoint(nodeLogCrypto, note, parseVkey(log.vkey));
  } catch (error) {
    onError(
      new Error(
        `The witness ${witness} shows a checkpoint of ${log.origin} that is not one: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      ),
    );
    return;
  }
  await onAhead(witness, note);
}
