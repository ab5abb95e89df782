import { nodeLogCrypto } from "../node-crypto";
import { parseCheckpoint } from "../pure/checkpoint";
import { formatVkey } from "../pure/note";
import { parsePolicy } from "../pure/policy";
import { rootFromInclusion } from "../pure/proof";
import { isProofError } from "../pure/proof-error";
import { parseTlogProof } from "../pure/tlog-proof";
import { leafHashSync } from "../tree/hash";
import { makeFindings, type Findings, type VerifyReport } from "./report";
import { checkTrust, type Trust } from "./trust";

export type VerifyProofOptions = Trust &
  Readonly<{
    /** The entry's exact bytes, if the file does not carry them. */
    entry?: Uint8Array | undefined;
  }>;

/**
 * Verifies a .tlog-proof file (C2SP): that the entry is in the log. The entry is the file's `extra` or is given. Throws ProofError for a
 * file that is none, and for a key or a policy that cannot be read.
 */
export async function verifyProofFile(
  text: string,
  options: VerifyProofOptions = {},
): Promise<VerifyReport> {
  const proof = parseTlogProof(text),
    checkpoint = parseCheckpoint(proof.checkpoint),
    findings = makeFindings(),
    entry = options.entry ?? proof.extra ?? null;
  const rootHex = Buffer.from(checkpoint.root).toString("hex"),
    vkey = await vkeyFor(checkpoint.origin, options);
  findings.say("format", "A proof file of version 1 (C2SP tlog-proof).");
  findings.count("format");
  if (entry === null)
    for (const name of ["leaf", "tree"] as const)
      findings.skip(name, "The file does not hold the entry; give its exact bytes with --entry.");
  else
    await checkPath(
      findings,
      {
        leafHash: leafHashSync(entry),
        index: proof.index,
        size: checkpoint.size,
        path: proof.path,
      },
      rootHex,
    );
  for (const name of ["order", "gaps", "complete"] as const)
    findings.skip(name, "A proof file speaks of one entry.");
  const signed = await checkTrust(
    findings,
    { ...options, ...(vkey === null ? {} : { vkey }) },
    { log: checkpoint.origin, vkey, checkpoint: proof.checkpoint },
  );
  if (vkey === null) sayNoKey(findings, checkpoint.origin, options);
  compareSince(findings, signed.waypoint, { size: checkpoint.size, rootHex });
  const isWrong = findings.failed("leaf", "tree", "signature", "since");
  return {
    kind: "proof",
    checks: findings.all(),
    level: isWrong ? "failed" : ((entry === null ? null : signed.level) ?? "unsealed"),
    size: checkpoint.size,
    entries: 1,
    unsealed: 0,
    first: proof.index,
    last: proof.index,
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

/** A proof file names no key: it is the one that was given, or that the policy has for this log. */
async function vkeyFor(origin: string, { vkey, policy }: Trust): Promise<string | null> {
  if (vkey !== undefined) return vkey;
  const known =
    policy === undefined
      ? undefined
      : parsePolicy(policy).logs.find(({ key }) => key.name === origin)?.key;
  return known ? formatVkey(nodeLogCrypto, known.name, known.type, known.publicKey) : null;
}

function sayNoKey(findings: Findings, origin: string, { policy }: Trust): void {
  for (const name of ["signature", "witnesses", "since"] as const)
    findings.skip(
      name,
      `A proof file names no key: give that of ${origin} with --key or in a policy.`,
    );
  if (policy !== undefined)
    findings.problem("signature", `The policy has no key for the log ${origin}.`);
}

async function checkPath(
  findings: Findings,
  inclusion: Parameters<typeof rootFromInclusion>[1],
  rootHex: string,
): Promise<void> {
  findings.count("leaf");
  findings.count("tree");
  findings.say(
    "leaf",
    `Entry ${inclusion.index} has the hash ${Buffer.from(inclusion.leafHash).toString("hex")}.`,
  );
  findings.say(
    "tree",
    `Its path of ${inclusion.path.length} hashes leads to the checkpoint's root ${rootHex}.`,
  );
  try {
    const root = Buffer.from(await rootFromInclusion(nodeLogCrypto, inclusion)).toString("hex");
    if (root !== rootHex)
      findings.problem(
        "tree",
        `The path leads to the root ${root}, the checkpoint signs ${rootHex}: this entry is not entry ${inclusion.index} of that log.`,
      );
  } catch (error) {
    if (!isProofError(error)) throw error;
    findings.problem("tree", error.message);
  }
}

function compareSince(
  findings: Findings,
  waypoint: Readonly<{ size: number; rootHex: string }> | null,
  { size, rootHex }: Readonly<{ size: number; rootHex: string }>,
): void {
  if (!waypoint) return;
  if (waypoint.size !== size)
    return findings.skip(
      "since",
      `The proof is of a checkpoint of ${size} entries; only one of the same size can be compared with it.`,
    );
  findings.say("since", "The older checkpoint is the same.");
  if (waypoint.rootHex !== rootHex)
    findings.problem("since", `Two different checkpoints of ${size} entries: the log was forked.`);
}
