import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { formatVkey } from "@/lib/log/pure/note";
import { parseWitnessPolicy } from "@/lib/log/pure/witness-policy";
import { rootFromInclusion } from "@/lib/log/pure/verify-proof";
import { isProofError } from "@/lib/log/pure/proof-error";
import { parseTlogProof } from "@/lib/log/pure/tlog-proof";
import { leafHashSync } from "@/lib/log/tree/hash-sync";
import { readEntry } from "@/lib/log/read-entry";
import {
  makeCheckResults,
  type CheckResults,
  type ProblemOptions,
  type VerifyReport,
} from "./report";
import { reportAge, type AgeOptions } from "./check-age";
import { checkTrust, type TrustOptions } from "./check-trust";

export type VerifyProofOptions = TrustOptions &
  AgeOptions &
  ProblemOptions &
  Readonly<{
    /** The entry's exact bytes, if the file does not contain them. */
    entry?: Uint8Array | undefined;
  }>;

/**
 * Verifies a .tlog-proof file (C2SP): that the entry is in the log. The entry is the file's extra
 * data, or is provided. Throws ProofError if the file, the key or the policy cannot be parsed.
 */
export async function verifyProofFile(
  text: string,
  options: VerifyProofOptions = {},
): Promise<VerifyReport> {
  const proof = parseTlogProof(text);
  const checkpoint = parseCheckpoint(proof.checkpoint);
  const checks = makeCheckResults(options);
  const entry = options.entry ?? proof.extra ?? null;
  const rootHex = Buffer.from(checkpoint.root).toString("hex");
  const vkey = await findVkey(checkpoint.origin, options);
  describeFormat(checks);
  if (entry === null)
    for (const name of ["leaf", "tree"] as const)
      checks.skip(
        name,
        "The file does not contain the entry. Provide its exact bytes with --entry.",
      );
  else
    await checkPath(
      checks,
      {
        leafHash: leafHashSync(entry),
        index: proof.index,
        size: checkpoint.size,
        path: proof.path,
      },
      rootHex,
    );
  for (const name of ["order", "gaps", "complete"] as const)
    checks.skip(name, "A proof file covers a single entry.");
  const signed = await checkTrust(
    checks,
    { ...options, ...(vkey === null ? {} : { vkey }) },
    { log: checkpoint.origin, vkey, checkpoint: proof.checkpoint },
  );
  if (vkey === null) reportMissingKey(checks, checkpoint.origin, options);
  compareOlder(checks, signed.older, { size: checkpoint.size, rootHex });
  const newestAt = reportAge(checks, options, { newestTs: timeOf(entry), signed });
  const hasFailed = checks.failed("leaf", "tree", "signature", "since");
  return {
    kind: "proof",
    checks: checks.all(),
    level: hasFailed ? "failed" : ((entry === null ? null : signed.level) ?? "unsealed"),
    size: checkpoint.size,
    entries: 1,
    unsealed: 0,
    first: proof.index,
    last: proof.index,
    newestAt,
    log: checkpoint.origin,
    vkey,
    rootHex,
    keyPinned: vkey !== null,
    filter: "",
    cosignedBy: signed.cosigned.map(({ name, timestamp }) => ({
      name,
      at: new Date(timestamp * 1000).toISOString(),
    })),
  };
}

function timeOf(entry: Uint8Array | null): string | null {
  const reading = readEntry(entry);
  return reading.readable ? reading.record.ts : null;
}

function describeFormat(checks: CheckResults): void {
  checks.summarize("format", "A proof file of version 1 (C2SP tlog-proof).");
  checks.count("format");
}

/** A proof file contains no key: it must be provided, or be in the policy. */
async function findVkey(origin: string, { vkey, policy }: TrustOptions): Promise<string | null> {
  if (vkey !== undefined) return vkey;
  const policyKey =
    policy === undefined
      ? undefined
      : parseWitnessPolicy(policy).logs.find(({ key }) => key.name === origin)?.key;
  return policyKey
    ? formatVkey(nodeLogCrypto, policyKey.name, policyKey.type, policyKey.publicKey)
    : null;
}

function reportMissingKey(checks: CheckResults, origin: string, { policy }: TrustOptions): void {
  for (const name of ["signature", "witnesses", "since"] as const)
    checks.skip(
      name,
      `A proof file contains no key. Provide the key of ${origin} with --key or in a policy.`,
    );
  if (policy !== undefined)
    checks.problem("signature", `The policy has no key for the log ${origin}.`);
}

async function checkPath(
  checks: CheckResults,
  inclusion: Parameters<typeof rootFromInclusion>[1],
  rootHex: string,
): Promise<void> {
  checks.count("leaf");
  checks.count("tree");
  checks.summarize(
    "leaf",
    `Entry ${inclusion.index} has the hash ${Buffer.from(inclusion.leafHash).toString("hex")}.`,
  );
  checks.summarize(
    "tree",
    `Its proof of ${inclusion.path.length} hashes leads to the checkpoint's root ${rootHex}.`,
  );
  try {
    const root = Buffer.from(await rootFromInclusion(nodeLogCrypto, inclusion)).toString("hex");
    if (root !== rootHex)
      checks.problem(
        "tree",
        `The proof leads to the root ${root}, but the signed root is ${rootHex}: this entry is not entry ${inclusion.index} of that log.`,
      );
  } catch (error) {
    if (!isProofError(error)) throw error;
    checks.problem("tree", error.message);
  }
}

function compareOlder(
  checks: CheckResults,
  older: Readonly<{ size: number; rootHex: string }> | null,
  { size, rootHex }: Readonly<{ size: number; rootHex: string }>,
): void {
  if (!older) return;
  if (older.size !== size)
    return checks.skip(
      "since",
      `The proof's checkpoint has ${size} entries and can only be compared with a checkpoint of the same size.`,
    );
  checks.summarize("since", "The older checkpoint is the same one.");
  if (older.rootHex !== rootHex)
    checks.problem(
      "since",
      `There are two different checkpoints of ${size} entries: the log was forked.`,
    );
}
