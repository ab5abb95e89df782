import { fromBase64, toHex, utf8 } from "@/lib/log/pure/bytes";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import type { LogCrypto } from "@/lib/log/pure/crypto";
import { parseVkey, verifyNote } from "@/lib/log/pure/note";
import { isProofError } from "@/lib/log/pure/proof-error";
import { leafHashOf, nodeHashOf, rootFromInclusion } from "@/lib/log/pure/verify-proof";
import { formatCount, formatList, plural } from "@/lib/format/count";
import type { EntryProof, TrustLevel } from "@/lib/log/view-types";
import { auditPath, type PathStep } from "./audit-path";

/**
 * verified: computed and correct · failed: computed and wrong · absent: nothing to verify ·
 * waiting: not computed.
 */
export type StepState = "verified" | "failed" | "absent" | "waiting";
export type Step = Readonly<{
  state: StepState;
  message: string;
  figure?: Readonly<{ label: string; hex: string }> | undefined;
}>;
export type StepName = "leaf" | "path" | "signature" | "witnesses" | "memory";

/** A node on the path to the root, with its computed hash and its sibling's hash. */
export type PathNode = PathStep & Readonly<{ hashHex: string; siblingHex: string }>;

/** The result of verifying one entry in this browser. */
export type EntryVerification = Readonly<{
  level: TrustLevel | "failed";
  /** The level as a label, e.g. "Witnessed by 2 of 2". */
  headline: string;
  leafHex: string;
  steps: Readonly<Record<Exclude<StepName, "memory">, Step>>;
  nodes: readonly PathNode[];
}>;

export type EntryWithProof = Readonly<{ bytesText: string; proof: EntryProof }>;

const notChecked = {
  state: "waiting",
  message: "Not checked, because an earlier step failed.",
} as const;

/**
 * Computes leaf, path and root of an entry and verifies signature and cosignatures. Reports
 * problems in the steps and never throws for them.
 */
export async function verifyEntry(
  c: LogCrypto,
  { bytesText, proof }: EntryWithProof,
): Promise<EntryVerification> {
  const bytes = utf8(bytesText),
    leaf = await leafHashOf(c, bytes),
    leafHex = toHex(leaf);
  const leafStep = checkLeaf(proof, leafHex, bytes.length);
  const { inclusion, checkpoint, vkey } = proof;
  if (leafStep.state === "failed")
    return {
      ...failedWith("Bytes don’t match the log"),
      leafHex,
      nodes: [],
      steps: { leaf: leafStep, path: notChecked, signature: notChecked, witnesses: notChecked },
    };
  if (inclusion === null || checkpoint === null || vkey === null)
    return {
      ...unsealed(proof.seq),
      leafHex,
      steps: { ...unsealed(proof.seq).steps, leaf: leafStep },
    };
  const path = await checkPath(c, proof, leaf);
  const nodes = await hashPath(c, proof.seq, inclusion, leaf).catch(() => []);
  const signature = path.state === "failed" ? notChecked : await checkSignature(c, proof);
  const { step: witnesses, names } =
    signature.state === "verified"
      ? await checkWitnesses(c, proof)
      : { step: notChecked, names: [] };
  const steps = { leaf: leafStep, path, signature, witnesses };
  return { ...levelOf(steps, proof, names.length), leafHex, steps, nodes };
}

function checkLeaf(proof: EntryProof, leafHex: string, length: number): Step {
  const figure = { label: "leaf hash", hex: leafHex };
  return leafHex === proof.leafHashHex
    ? {
        state: "verified",
        figure,
        message: `SHA-256 of a zero byte and the entry’s ${plural(length, "byte")}.`,
      }
    : {
        state: "failed",
        figure,
        message: "These bytes have a different hash than the log holds for this entry.",
      };
}

async function hashPath(
  c: LogCrypto,
  seq: number,
  { size, path }: NonNullable<EntryProof["inclusion"]>,
  leaf: Uint8Array,
): Promise<readonly PathNode[]> {
  const nodes: PathNode[] = [];
  let hash = leaf;
  for (const [at, step] of auditPath(seq, size).entries()) {
    const siblingBase64 = path[at];
    if (siblingBase64 === undefined) break;
    const sibling = fromBase64(siblingBase64);
    hash =
      step.side === "left"
        ? await nodeHashOf(c, sibling, hash)
        : await nodeHashOf(c, hash, sibling);
    nodes.push({ ...step, hashHex: toHex(hash), siblingHex: toHex(sibling) });
  }
  return nodes;
}

async function checkPath(
  c: LogCrypto,
  { seq, inclusion, checkpoint }: EntryProof,
  leaf: Uint8Array,
): Promise<Step> {
  if (inclusion === null || checkpoint === null) return notChecked;
  try {
    const root = await rootFromInclusion(c, {
      leafHash: leaf,
      index: seq,
      size: inclusion.size,
      path: inclusion.path.map(fromBase64),
    });
    const signed = parseCheckpoint(checkpoint.note),
      figure = { label: "root", hex: toHex(root) };
    if (signed.size === inclusion.size && toHex(signed.root) === figure.hex) {
      return {
        state: "verified",
        figure,
        message: `${plural(inclusion.path.length, "hash leads", "hashes lead")} from this entry to the root of ${plural(signed.size, "entry", "entries")}.`,
      };
    }
    return {
      state: "failed",
      figure,
      message:
        "The path doesn’t lead to the root in the checkpoint: the entry was changed or moved.",
    };
  } catch (error) {
    return { state: "failed", message: `The path is invalid: ${errorMessage(error)}` };
  }
}

async function checkSignature(c: LogCrypto, { checkpoint, vkey }: EntryProof): Promise<Step> {
  if (checkpoint === null || vkey === null) return notChecked;
  try {
    const key = parseVkey(vkey),
      { verified } = await verifyNote(c, checkpoint.note, [key]),
      { origin, size } = parseCheckpoint(checkpoint.note);
    const figure = { label: "key id", hex: toHex(key.keyId) };
    if (origin !== key.name)
      return {
        state: "failed",
        figure,
        message: `The checkpoint belongs to ${origin}, but the key belongs to ${key.name}.`,
      };
    if (!verified.includes(key.name))
      return {
        state: "failed",
        figure,
        message: "The checkpoint isn’t signed with the log’s key.",
      };
    return {
      state: "verified",
      figure,
      message: `The log’s Ed25519 key signed this root for ${plural(size, "entry", "entries")}.`,
    };
  } catch (error) {
    return { state: "failed", message: `The signature is invalid: ${errorMessage(error)}` };
  }
}

async function checkWitnesses(
  c: LogCrypto,
  { checkpoint, witnesses, quorum }: EntryProof,
): Promise<Readonly<{ step: Step; names: readonly string[] }>> {
  if (checkpoint === null) return { step: notChecked, names: [] };
  if (witnesses.length === 0)
    return {
      step: {
        state: "absent",
        message: "No witnesses are configured, so the proof relies on the log’s signature.",
      },
      names: [],
    };
  try {
    const keys = witnesses.map(({ name, vkey }) => ({ name, key: parseVkey(vkey) }));
    const { signatures } = await verifyNote(
      c,
      checkpoint.note,
      keys.map(({ key }) => key),
    );
    const names = keys
      .filter(({ key }) => signatures.some((one) => one.key === key))
      .map(({ name }) => name);
    const enough = names.length >= quorum;
    return {
      step: {
        state: enough ? "verified" : "absent",
        message: `Cosigned by ${formatList(names)}${enough ? "" : `; ${formatCount(quorum)} are required`}.`,
      },
      names,
    };
  } catch (error) {
    if (isProofError(error) && error.code === "note.unsigned")
      return {
        step: {
          state: "absent",
          message: `None of ${plural(witnesses.length, "witness", "witnesses")} has cosigned it yet.`,
        },
        names: [],
      };
    return {
      step: { state: "failed", message: `A cosignature is invalid: ${errorMessage(error)}` },
      names: [],
    };
  }
}

const failedWith = (headline: string) => ({ level: "failed", headline }) as const;

function levelOf(
  steps: EntryVerification["steps"],
  { witnesses, quorum }: EntryProof,
  cosigned: number,
): Pick<EntryVerification, "level" | "headline"> {
  if (steps.path.state === "failed") return failedWith("Doesn’t match the checkpoint");
  if (steps.signature.state === "failed") return failedWith("Checkpoint not signed by the log");
  if (steps.witnesses.state === "failed") return failedWith("Invalid cosignature");
  if (witnesses.length > 0 && cosigned >= quorum && cosigned > 0)
    return { level: "witnessed", headline: `Witnessed by ${cosigned} of ${witnesses.length}` };
  return { level: "signed", headline: "Signed by the log only" };
}

function unsealed(seq: number): Omit<EntryVerification, "leafHex"> {
  const message = "Not in a checkpoint yet.";
  const waiting = { state: "waiting", message } as const;
  return {
    level: "unsealed",
    headline: "Not in a checkpoint yet",
    nodes: [],
    steps: {
      leaf: waiting,
      path: {
        ...waiting,
        message: `A checkpoint covers entry ${formatCount(seq)} in a moment, unless the log is halted.`,
      },
      signature: waiting,
      witnesses: waiting,
    },
  };
}

const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : "malformed.";

/**
 * The content of a proof's checkpoint, to compare and store once its signature is verified. Null if
 * there is none.
 */
export function checkpointOf({ checkpoint, vkey }: EntryProof): Readonly<{
  origin: string;
  vkey: string;
  size: number;
  rootHex: string;
  note: string;
}> | null {
  if (checkpoint === null || vkey === null) return null;
  const { origin, size, root } = parseCheckpoint(checkpoint.note);
  return { origin, vkey, size, rootHex: toHex(root), note: checkpoint.note };
}
