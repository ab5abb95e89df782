import { nodeLogCrypto } from "../node-crypto";
import { parseCheckpoint } from "../pure/checkpoint";
import { parseVkey, readVkey, type NoteKey } from "../pure/note";
import { describePolicy, parsePolicy, type Policy } from "../pure/policy";
import { isProofError } from "../pure/proof-error";
import { verifyCheckpoint, type VerifiedCheckpoint } from "../pure/verify-checkpoint";
import type { Waypoint } from "./fold";
import type { Findings } from "./report";

/** What whoever verifies brings along, and does not take from the file. */
export type Trust = Readonly<{
  /** The log's verifier key. */
  vkey?: string | undefined;
  /** A policy file (C2SP tlog-policy): its logs are trusted as a key is, its quorum decides what "witnessed" means. */
  policy?: string | undefined;
  /** An older checkpoint of the log, a signed note. */
  since?: string | undefined;
}>;
export type Claim = Readonly<{
  log: string | null;
  vkey: string | null;
  checkpoint: string | null;
}>;
export type Signed = Readonly<{
  level: VerifiedCheckpoint["level"] | null;
  keyPinned: boolean;
  cosigned: VerifiedCheckpoint["cosigned"];
  waypoint: Waypoint | null;
}>;

/**
 * Checks the checkpoint's signatures and those of the older one. Throws ProofError for a key or a policy that cannot be read: these are
 * the verifier's own input.
 */
export async function checkTrust(findings: Findings, trust: Trust, claim: Claim): Promise<Signed> {
  const given = trust.vkey === undefined ? null : await readVkey(nodeLogCrypto, trust.vkey),
    policy = trust.policy === undefined ? null : parsePolicy(trust.policy);
  if (claim.checkpoint === null || claim.vkey === null) {
    for (const name of ["signature", "witnesses", "since"] as const)
      findings.skip(name, "The file has no checkpoint: nothing in it is sealed yet.");
    return { level: null, keyPinned: false, cosigned: [], waypoint: null };
  }
  const pinned = [...(given ? [given] : []), ...(policy?.logs.map(({ key }) => key) ?? [])],
    keyPinned = pinned.length > 0;
  const key = chooseKey(findings, claim, given, pinned),
    verified = key && (await checkSignature(findings, claim.checkpoint, key, policy));
  const waypoint = await readSince(findings, trust.since, key, claim);
  if (!key || !verified) {
    findings.skip(
      "witnesses",
      "The log's own signature does not hold, so no cosignature is looked at.",
    );
    return { level: null, keyPinned, cosigned: [], waypoint };
  }
  findings.say(
    "signature",
    `Signed by ${key.name}. ${keyPinned ? "The key is the one that you gave." : `The key was taken from the file itself; compare it with one that you have from elsewhere: ${claim.vkey}`}`,
  );
  sayWitnesses(findings, verified, policy);
  return { level: verified.level, keyPinned, cosigned: verified.cosigned, waypoint };
}

/** The key that the checkpoint must be signed with: a given one, else the file's own. */
function chooseKey(
  findings: Findings,
  { log, vkey }: Claim,
  given: NoteKey | null,
  pinned: readonly NoteKey[],
): NoteKey | null {
  const fail = (words: string): null => {
    findings.problem("signature", words);
    return null;
  };
  let own: NoteKey;
  try {
    own = parseVkey(vkey!);
  } catch (error) {
    if (isProofError(error))
      return fail(`The key that the file names cannot be read: ${error.message}`);
    throw error;
  }
  if (own.name !== log) return fail(`The file's key is of ${own.name}, its log is ${log}.`);
  if (pinned.length === 0) return own;
  const mine = pinned.find(
    (key) => key.name === own.name && Buffer.compare(key.publicKey, own.publicKey) === 0,
  );
  if (mine && (!given || given === mine || Buffer.compare(given.publicKey, mine.publicKey) === 0))
    return mine;
  return fail(`The file is signed with another key than the one that you gave: it names ${vkey}.`);
}

async function checkSignature(
  findings: Findings,
  note: string,
  key: NoteKey,
  policy: Policy | null,
): Promise<VerifiedCheckpoint | null> {
  findings.count("signature");
  try {
    return await verifyCheckpoint(nodeLogCrypto, note, key, policy ?? undefined);
  } catch (error) {
    if (!isProofError(error)) throw error;
    findings.problem("signature", error.message);
    return null;
  }
}

function sayWitnesses(
  findings: Findings,
  { cosigned, level }: VerifiedCheckpoint,
  policy: Policy | null,
): void {
  if (!policy)
    return findings.skip(
      "witnesses",
      "No policy was given that names witnesses, so none was looked for.",
    );
  if (policy.quorum === "none")
    return findings.skip(
      "witnesses",
      `The policy needs no witness (${describePolicy(policy)}); ${cosigned.length} of those it names cosigned.`,
    );
  findings.count("witnesses", cosigned.length);
  findings.say(
    "witnesses",
    `Cosigned by ${cosigned.map(({ name }) => name).join(", ") || "nobody"}; the policy asks for ${describePolicy(policy)}.`,
  );
  if (level !== "witnessed")
    findings.problem(
      "witnesses",
      `The policy asks for ${describePolicy(policy)}; ${cosigned.length === 0 ? "none of them cosigned" : `only ${cosigned.map(({ name }) => name).join(", ")} cosigned`}.`,
    );
}

async function readSince(
  findings: Findings,
  since: string | undefined,
  key: NoteKey | null,
  { checkpoint, log }: Claim,
): Promise<Waypoint | null> {
  if (since === undefined) {
    findings.skip("since", "No older checkpoint was given to compare with.");
    return null;
  }
  const older = parseCheckpoint(since),
    { size } = parseCheckpoint(checkpoint!);
  if (older.origin !== log)
    findings.skip(
      "since",
      `The older checkpoint is of ${older.origin}, the file of ${log}: another log, or one that was continued.`,
    );
  else if (older.size > size)
    findings.skip(
      "since",
      `The older checkpoint has ${older.size} entries and the file's has ${size}: it is the file that is older. Ask the log for a consistency proof.`,
    );
  else if (key) {
    try {
      await verifyCheckpoint(nodeLogCrypto, since, key);
      findings.count("since");
      return { size: older.size, rootHex: Buffer.from(older.root).toString("hex") };
    } catch (error) {
      if (!isProofError(error)) throw error;
      findings.problem(
        "since",
        `The older checkpoint is not signed with the log's key: ${error.message}`,
      );
    }
  } else findings.skip("since", "Without a signature that holds there is nothing to compare.");
  return null;
}
