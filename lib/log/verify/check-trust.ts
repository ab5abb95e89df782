import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { parseVkey, readVkey, type NoteKey } from "@/lib/log/pure/note";
import {
  describeQuorum,
  parseWitnessPolicy,
  type WitnessPolicy,
} from "@/lib/log/pure/witness-policy";
import { isProofError } from "@/lib/log/pure/proof-error";
import { verifyCheckpoint, type VerifiedCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import type { OlderCheckpoint } from "./fold";
import type { CheckResults } from "./report";

/** What the verifier trusts independently of the file. */
export type TrustOptions = Readonly<{
  /** The log's verifier key. */
  vkey?: string | undefined;
  /**
   * The text of a witness policy (C2SP tlog-policy): its log keys are trusted, and its quorum
   * decides what "witnessed" means.
   */
  policy?: string | undefined;
  /** An older checkpoint of the log, as a signed note. */
  since?: string | undefined;
}>;
export type CheckpointClaim = Readonly<{
  log: string | null;
  vkey: string | null;
  checkpoint: string | null;
}>;
export type TrustResult = Readonly<{
  level: VerifiedCheckpoint["level"] | null;
  keyPinned: boolean;
  cosigned: VerifiedCheckpoint["cosigned"];
  older: OlderCheckpoint | null;
}>;

/**
 * Verifies the signatures of the checkpoint and of the older one. Throws ProofError if the key or
 * the policy cannot be parsed, because these are the caller's own input.
 */
export async function checkTrust(
  checks: CheckResults,
  trust: TrustOptions,
  claim: CheckpointClaim,
): Promise<TrustResult> {
  const givenKey = trust.vkey === undefined ? null : await readVkey(nodeLogCrypto, trust.vkey);
  const policy = trust.policy === undefined ? null : parseWitnessPolicy(trust.policy);
  if (claim.checkpoint === null || claim.vkey === null) {
    for (const name of ["signature", "witnesses", "since"] as const)
      checks.skip(name, "The file has no checkpoint.");
    return { level: null, keyPinned: false, cosigned: [], older: null };
  }
  const pinned = [...(givenKey ? [givenKey] : []), ...(policy?.logs.map(({ key }) => key) ?? [])];
  const keyPinned = pinned.length > 0;
  const key = chooseKey(checks, claim, givenKey, pinned);
  const verified = key && (await checkSignature(checks, claim.checkpoint, key, policy));
  const parsed = await readOlderCheckpoint(checks, trust.since, key, claim);
  if (!key || !verified) {
    checks.skip(
      "witnesses",
      "The log's own signature is invalid, so cosignatures were not checked.",
    );
    return { level: null, keyPinned, cosigned: [], older: parsed };
  }
  checks.summarize(
    "signature",
    `Signed by ${key.name}. ${keyPinned ? "The key is the one that you provided." : `The key was taken from the file itself; compare it with the key from another source: ${claim.vkey}`}`,
  );
  reportWitnesses(checks, verified, policy);
  return { level: verified.level, keyPinned, cosigned: verified.cosigned, older: parsed };
}

/** The key that must have signed the checkpoint: a provided one, else the file's. */
function chooseKey(
  checks: CheckResults,
  { log, vkey }: CheckpointClaim,
  givenKey: NoteKey | null,
  pinned: readonly NoteKey[],
): NoteKey | null {
  const fail = (message: string): null => {
    checks.problem("signature", message);
    return null;
  };
  let fileKey: NoteKey;
  try {
    fileKey = parseVkey(vkey!);
  } catch (error) {
    if (isProofError(error)) return fail(`The key in the file cannot be parsed: ${error.message}`);
    throw error;
  }
  if (fileKey.name !== log)
    return fail(`The key in the file belongs to ${fileKey.name}, but its log is ${log}.`);
  if (pinned.length === 0) return fileKey;
  const pinnedKey = pinned.find(
    (key) => key.name === fileKey.name && Buffer.compare(key.publicKey, fileKey.publicKey) === 0,
  );
  if (
    pinnedKey &&
    (!givenKey ||
      givenKey === pinnedKey ||
      Buffer.compare(givenKey.publicKey, pinnedKey.publicKey) === 0)
  )
    return pinnedKey;
  return fail(`The file uses a different key than the one that you provided: ${vkey}.`);
}

async function checkSignature(
  checks: CheckResults,
  note: string,
  key: NoteKey,
  policy: WitnessPolicy | null,
): Promise<VerifiedCheckpoint | null> {
  checks.count("signature");
  try {
    return await verifyCheckpoint(nodeLogCrypto, note, key, policy ?? undefined);
  } catch (error) {
    if (!isProofError(error)) throw error;
    checks.problem("signature", error.message);
    return null;
  }
}

function reportWitnesses(
  checks: CheckResults,
  { cosigned, level }: VerifiedCheckpoint,
  policy: WitnessPolicy | null,
): void {
  if (!policy) return checks.skip("witnesses", "No witness policy was provided.");
  if (policy.quorum === "none")
    return checks.skip(
      "witnesses",
      `The policy requires no witnesses (${describeQuorum(policy)}); ${cosigned.length} cosigned.`,
    );
  checks.count("witnesses", cosigned.length);
  checks.summarize(
    "witnesses",
    `Cosigned by ${cosigned.map(({ name }) => name).join(", ") || "no witness"}; the policy requires ${describeQuorum(policy)}.`,
  );
  if (level !== "witnessed")
    checks.problem(
      "witnesses",
      `The policy requires ${describeQuorum(policy)}, but ${cosigned.length === 0 ? "none of them cosigned" : `only ${cosigned.map(({ name }) => name).join(", ")} cosigned`}.`,
    );
}

async function readOlderCheckpoint(
  checks: CheckResults,
  since: string | undefined,
  key: NoteKey | null,
  { checkpoint, log }: CheckpointClaim,
): Promise<OlderCheckpoint | null> {
  if (since === undefined) {
    checks.skip("since", "No older checkpoint was provided.");
    return null;
  }
  const older = parseCheckpoint(since);
  const { size } = parseCheckpoint(checkpoint!);
  if (older.origin !== log)
    checks.skip(
      "since",
      `The older checkpoint belongs to ${older.origin}, but the file to ${log}: a different log, or one that was continued.`,
    );
  else if (older.size > size)
    checks.skip(
      "since",
      `The older checkpoint has ${older.size} entries and the file's has ${size}: the file is older than the checkpoint. Request a consistency proof from the log.`,
    );
  else if (key) {
    try {
      await verifyCheckpoint(nodeLogCrypto, since, key);
      checks.count("since");
      return { size: older.size, rootHex: Buffer.from(older.root).toString("hex") };
    } catch (error) {
      if (!isProofError(error)) throw error;
      checks.problem(
        "since",
        `The older checkpoint is not signed with the log's key: ${error.message}`,
      );
    }
  } else checks.skip("since", "The checkpoint has no valid signature, so it was not compared.");
  return null;
}
