import type { Database } from "@/lib/runtime/deps";
import { isAppError } from "@/lib/errors/app-error";
import { toBase64, toHex } from "@/lib/log/pure/bytes";
import { parseVkey } from "@/lib/log/pure/note";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import { buildConsistencyProof } from "@/lib/log/tree/build-proofs";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { makeTileReader } from "@/lib/log/tree/tile-reader";
import { monotonicMs } from "@/lib/runtime/monotonic";
import type { TreeHead } from "./integrator";
import { addCheckpoint, publishCheckpoint, readPublishedSize } from "./log-repository";
import type { Notifier } from "./notifier";
import type { CollectCosignatures } from "@/lib/log/cosign/types";
import type { LogIdentity, PublishDeps } from "./types";

export type PublisherOptions = Readonly<{
  db: Readonly<{ pool: Pick<Database["pool"], "query"> }>;
  signer: PublishDeps["signer"];
  log: LogIdentity;
  /** The size of the last checkpoint that the signer remembers. */
  rememberedSize: number;
  /** The current tree head; `treeGrown` is notified when it changes. */
  treeHead: () => TreeHead;
  treeGrown: Notifier;
  signal: AbortSignal;
  collectCosignatures?: CollectCosignatures | undefined;
  /** A witness holds a checkpoint of this log, signed by its key, beyond the one to be cosigned. */
  onAhead: (witness: string, note: string) => Promise<void>;
  onError: (error: unknown) => void;
  onPublished?: ((size: number) => void) | undefined;
}>;

/** At most four checkpoints a second while the log grows; the first one comes at once. */
const minIntervalMs = 250;
const retryMs = 1_000;
const maxRetryMs = 10_000;
const idlePollMs = 1_000;

/**
 * `published`: the size of the last published checkpoint. `remembered`: the size that the signer
 * remembers, which changes with each signature, even if a later step fails.
 */
type PublisherState = { published: number; remembered: number };

/**
 * Signs, collects cosignatures for and publishes the tree as it grows, until `signal` is aborted.
 * Does nothing while the tree does not grow. Throws when the signer refuses to sign a continuation
 * of its last checkpoint: then its memory must be compared with the database again.
 */
export async function runPublisher(options: PublisherOptions): Promise<void> {
  const state: PublisherState = {
    published: await readPublishedSize(options.db, options.log.generation),
    remembered: options.rememberedSize,
  };
  let failures = 0;
  for (let nextAt = 0; !options.signal.aborted;) {
    const { size } = options.treeHead();
    const delayMs = nextAt - monotonicMs();
    if (size <= state.published || size < state.remembered) {
      await options.treeGrown.wait(idlePollMs);
      continue;
    }
    if (delayMs > 0) {
      await options.treeGrown.wait(delayMs);
      continue;
    }
    nextAt = monotonicMs() + minIntervalMs;
    try {
      failures = (await publishOnce(options, state)) ? 0 : failures + 1;
    } catch (error) {
      if (options.signal.aborted || isSignerRefusal(error)) throw error;
      failures += 1;
      options.onError(error);
    }
    if (failures > 0)
      nextAt = monotonicMs() + Math.min(retryMs * 2 ** Math.min(failures - 1, 5), maxRetryMs);
  }
}

const isSignerRefusal = (error: unknown): boolean =>
  isAppError(error) && error.code.startsWith("signer.") && error.kind === "conflict";

/** False if the quorum of witnesses is not met; the next attempt signs the tree as it is then. */
async function publishOnce(options: PublisherOptions, state: PublisherState): Promise<boolean> {
  const { db, signer, log, collectCosignatures } = options;
  const { size, root } = options.treeHead();
  const readTile = makeTileReader(db, size);
  const oldSize = state.remembered;
  const proof = await buildConsistencyProof(readTile, oldSize, size);
  const note = await signer.signCheckpoint({
    origin: log.origin,
    size,
    rootHex: toHex(root),
    oldSize,
    proof: proof.map(toBase64),
  });
  state.remembered = size;
  const signed = { generation: log.generation, size, root, note };
  // Stored before any witness sees it: the database must not lack what a witness has.
  if (collectCosignatures) await addCheckpoint(db, signed);
  const { lines, quorumMet, ahead } = collectCosignatures
    ? await collectCosignatures(note, size, (from) => buildConsistencyProof(readTile, from, size))
    : { lines: [], quorumMet: true, ahead: null };
  if (ahead) await handleWitnessAhead(options, ahead);
  if (!quorumMet) return false;
  await publishCheckpoint(db, signed, lines);
  options.onPublished?.(size);
  state.published = size;
  return true;
}

/**
 * Verifies what a witness holds before acting on it: only the log's own signature counts, so that
 * no witness can halt the log with a mere claim.
 */
async function handleWitnessAhead(
  { log, onAhead, onError }: PublisherOptions,
  { witness, note }: Readonly<{ witness: string; note: string }>,
): Promise<void> {
  try {
    await verifyCheckpoint(nodeLogCrypto, note, parseVkey(log.vkey));
  } catch (error) {
    onError(
      new Error(
        `The witness ${witness} returned an invalid checkpoint of ${log.origin}: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      ),
    );
    return;
  }
  await onAhead(witness, note);
}
