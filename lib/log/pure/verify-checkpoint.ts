import { parseCheckpointBody, type Checkpoint } from "./checkpoint";
import type { LogCrypto } from "./crypto";
import { verifyNote, type NoteKey } from "./note";
import { emptyPolicy, meetsPolicy, type Policy } from "./policy";
import { ProofError } from "./proof-error";

export type VerifiedCheckpoint = Readonly<{
  checkpoint: Checkpoint;
  /** The witnesses of the policy whose cosignatures hold, by their names in it; time in seconds since 1970. */
  cosigned: readonly Readonly<{ name: string; timestamp: number }>[];
  /** "witnessed": the policy asks for witnesses, and enough cosigned. */
  level: "witnessed" | "signed";
}>;

/**
 * A checkpoint that the log's key signed, in the log's own name, with what its witnesses add. Throws ProofError as verifyNote and
 * parseCheckpoint do, and `checkpoint.unsigned` (the log's own signature is missing), `checkpoint.origin` (it is another log's).
 */
export async function verifyCheckpoint(
  c: LogCrypto,
  noteText: string,
  logKey: NoteKey,
  policy: Policy = emptyPolicy,
): Promise<VerifiedCheckpoint> {
  const { text, signatures } = await verifyNote(c, noteText, [
    logKey,
    ...policy.witnesses.map(({ key }) => key),
  ]);
  if (!signatures.some(({ key }) => key === logKey))
    throw new ProofError(
      "checkpoint.unsigned",
      `The key of ${logKey.name} has not signed this checkpoint.`,
    );
  const checkpoint = parseCheckpointBody(text);
  if (checkpoint.origin !== logKey.name)
    throw new ProofError(
      "checkpoint.origin",
      `This checkpoint speaks for ${checkpoint.origin}, and its key for ${logKey.name}.`,
    );
  const cosigned = policy.witnesses.flatMap(({ name, key }) => {
    const found = signatures.find((one) => one.key === key);
    return found ? [{ name, timestamp: found.timestamp ?? 0 }] : [];
  });
  const witnessed =
    policy.quorum !== "none" &&
    meetsPolicy(
      policy,
      cosigned.map(({ name }) => name),
    );
  return { checkpoint, cosigned, level: witnessed ? "witnessed" : "signed" };
}
