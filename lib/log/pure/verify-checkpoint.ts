import { parseCheckpointBody, type Checkpoint } from "./checkpoint";
import type { LogCrypto } from "./crypto";
import { verifyNote, type NoteKey } from "./note";
import { emptyWitnessPolicy, meetsQuorum, type WitnessPolicy } from "./witness-policy";
import { ProofError } from "./proof-error";

export type VerifiedCheckpoint = Readonly<{
  checkpoint: Checkpoint;
  /** The policy's witnesses with a valid cosignature, by name; timestamps in seconds since 1970. */
  cosigned: readonly Readonly<{ name: string; timestamp: number }>[];
  /** "witnessed": the policy has a quorum, and it is met. */
  level: "witnessed" | "signed";
}>;

/**
 * Verifies a checkpoint: signed by the log's key, for the log's own origin, with the cosignatures of
 * the policy's witnesses. Throws ProofError as verifyNote and parseCheckpoint do, and
 * `checkpoint.unsigned` (the log's signature is missing), `checkpoint.origin` (another log's).
 */
export async function verifyCheckpoint(
  c: LogCrypto,
  noteText: string,
  logKey: NoteKey,
  policy: WitnessPolicy = emptyWitnessPolicy,
): Promise<VerifiedCheckpoint> {
  const { text, signatures } = await verifyNote(c, noteText, [
    logKey,
    ...policy.witnesses.map(({ key }) => key),
  ]);
  if (!signatures.some(({ key }) => key === logKey))
    throw new ProofError(
      "checkpoint.unsigned",
      `This checkpoint is not signed with the key of ${logKey.name}.`,
    );
  const checkpoint = parseCheckpointBody(text);
  if (checkpoint.origin !== logKey.name)
    throw new ProofError(
      "checkpoint.origin",
      `This checkpoint belongs to the log ${checkpoint.origin}, but its key belongs to ${logKey.name}.`,
    );
  const cosigned = policy.witnesses.flatMap(({ name, key }) => {
    const signature = signatures.find((one) => one.key === key);
    return signature ? [{ name, timestamp: signature.timestamp ?? 0 }] : [];
  });
  const witnessed =
    policy.quorum !== "none" &&
    meetsQuorum(
      policy,
      cosigned.map(({ name }) => name),
    );
  return { checkpoint, cosigned, level: witnessed ? "witnessed" : "signed" };
}
