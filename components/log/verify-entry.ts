import { fromBase64, toHex, utf8 } from "@/lib/log/pure/bytes";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import type { LogCrypto } from "@/lib/log/pure/crypto";
import { parseVkey, verifyNote } from "@/lib/log/pure/note";
import { isProofError } from "@/lib/log/pure/proof-error";
import { leafHashOf, nodeHashOf, rootFromInclusion } from "@/lib/log/pure/proof";
import { formatCount, joinWords, plural } from "@/lib/format/count";
import type { EntryProof, TrustLevel } from "@/lib/log/types-of-proof";
import { auditPath, type PathStep } from "./audit-path";

/** verified: computed here and right · failed: computed here and wrong · absent: there is nothing to verify · waiting: not computed. */
export type StepState = "verified" | "failed" | "absent" | "waiting";
export type Step = Readonly<{
  state: StepState;
  says: string;
  figure?: Readonly<{ label: string; hex: string }> | undefined;
}>;
export type StepName = "leaf" | "path" | "signature" | "witnesses" | "memory";

/** A node on the way to the root, with what was computed for it and what it was joined with. */
export type PathNode = PathStep & Readonly<{ hashHex: string; siblingHex: string }>;

/** What this browser found out about one entry by itself. */
export type Verdict = Readonly<{
  level: TrustLevel | "failed";
  /** The level by name, e.g. "Witnessed by 2 of 2". */
  headline: string;
  leafHex: string;
  steps: Readonly<Record<Exclude<StepName, "memory">, Step>>;
  nodes: readonly PathNode[];
}>;

export type ToVerify = Readonly<{ bytesText: string; proof: EntryProof }>;

const later = { state: "waiting", says: "Not looked at: a step before it does not hold." } as const;

/** Computes leaf, path and root of an entry and verifies signature and cosignatures. Never throws for what is wrong: the steps say it. */
export async function verifyEntry(c: LogCrypto, { bytesText, proof }: ToVerify): Promise<Verdict> {
  const bytes = utf8(bytesText),
    leaf = await leafHashOf(c, bytes),
    leafHex = toHex(leaf);
  const leafStep = stepOfLeaf(proof, leafHex, bytes.length);
  const { inclusion, checkpoint, vkey } = proof;
  if (leafStep.state === "failed")
    return {
      ...failedWith("Its bytes are not what the log sealed"),
      leafHex,
      nodes: [],
      steps: { leaf: leafStep, path: later, signature: later, witnesses: later },
    };
  if (inclusion === null || checkpoint === null || vkey === null)
    return {
      ...unsealed(proof.seq),
      leafHex,
      steps: { ...unsealed(proof.seq).steps, leaf: leafStep },
    };
  const path = await stepOfPath(c, proof, leaf);
  const nodes = await walk(c, proof.seq, inclusion, leaf).catch(() => []);
  const signature = path.state === "failed" ? later : await stepOfSignature(c, proof);
  const { step: witnesses, names } =
    signature.state === "verified" ? await stepOfWitnesses(c, proof) : { step: later, names: [] };
  const steps = { leaf: leafStep, path, signature, witnesses };
  return { ...levelOf(steps, proof, names.length), leafHex, steps, nodes };
}

function stepOfLeaf(proof: EntryProof, leafHex: string, length: number): Step {
  const figure = { label: "leaf hash", hex: leafHex };
  return leafHex === proof.leafHashHex
    ? {
        state: "verified",
        figure,
        says: `SHA-256 of a zero byte and the entry’s ${plural(length, "byte")}.`,
      }
    : {
        state: "failed",
        figure,
        says: "The bytes shown here have another hash than the one that the log holds for this entry.",
      };
}

async function walk(
  c: LogCrypto,
  seq: number,
  { size, path }: NonNullable<EntryProof["inclusion"]>,
  leaf: Uint8Array,
): Promise<readonly PathNode[]> {
  const nodes: PathNode[] = [];
  let hash = leaf;
  for (const [at, step] of auditPath(seq, size).entries()) {
    const said = path[at];
    if (said === undefined) break;
    const sibling = fromBase64(said);
    hash =
      step.side === "left"
        ? await nodeHashOf(c, sibling, hash)
        : await nodeHashOf(c, hash, sibling);
    nodes.push({ ...step, hashHex: toHex(hash), siblingHex: toHex(sibling) });
  }
  return nodes;
}

async function stepOfPath(
  c: LogCrypto,
  { seq, inclusion, checkpoint }: EntryProof,
  leaf: Uint8Array,
): Promise<Step> {
  if (inclusion === null || checkpoint === null) return later;
  try {
    const root = await rootFromInclusion(c, {
      leafHash: leaf,
      index: seq,
      size: inclusion.size,
      path: inclusion.path.map(fromBase64),
    });
    const said = parseCheckpoint(checkpoint.note),
      figure = { label: "root", hex: toHex(root) };
    if (said.size === inclusion.size && toHex(said.root) === figure.hex) {
      return {
        state: "verified",
        figure,
        says: `${plural(inclusion.path.length, "hash leads", "hashes lead")} from this entry to the root of ${plural(said.size, "entry", "entries")}.`,
      };
    }
    return {
      state: "failed",
      figure,
      says: "The path does not lead to the root that the checkpoint names: the entry is not the one that was sealed, or not in its place.",
    };
  } catch (error) {
    return { state: "failed", says: `The path cannot be followed: ${wordsOf(error)}` };
  }
}

async function stepOfSignature(c: LogCrypto, { checkpoint, vkey }: EntryProof): Promise<Step> {
  if (checkpoint === null || vkey === null) return later;
  try {
    const key = parseVkey(vkey),
      { verified } = await verifyNote(c, checkpoint.note, [key]),
      { origin, size } = parseCheckpoint(checkpoint.note);
    const figure = { label: "key id", hex: toHex(key.keyId) };
    if (origin !== key.name)
      return {
        state: "failed",
        figure,
        says: `The checkpoint is of ${origin}, and the key belongs to ${key.name}.`,
      };
    if (!verified.includes(key.name))
      return {
        state: "failed",
        figure,
        says: "The checkpoint carries no signature by the log’s key.",
      };
    return {
      state: "verified",
      figure,
      says: `The log’s Ed25519 key signed this root for ${plural(size, "entry", "entries")}.`,
    };
  } catch (error) {
    return { state: "failed", says: `The signature does not hold: ${wordsOf(error)}` };
  }
}

async function stepOfWitnesses(
  c: LogCrypto,
  { checkpoint, witnesses, quorum }: EntryProof,
): Promise<Readonly<{ step: Step; names: readonly string[] }>> {
  if (checkpoint === null) return { step: later, names: [] };
  if (witnesses.length === 0)
    return {
      step: {
        state: "absent",
        says: "No witness is asked to cosign, so it rests on the log’s own signature.",
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
        says: `Cosigned by ${joinWords(names)}${enough ? "" : `; ${formatCount(quorum)} are needed`}.`,
      },
      names,
    };
  } catch (error) {
    if (isProofError(error) && error.code === "note.unsigned")
      return {
        step: {
          state: "absent",
          says: `None of ${plural(witnesses.length, "witness", "witnesses")} has cosigned it yet.`,
        },
        names: [],
      };
    return {
      step: { state: "failed", says: `A cosignature does not hold: ${wordsOf(error)}` },
      names: [],
    };
  }
}

const failedWith = (headline: string) => ({ level: "failed", headline }) as const;

function levelOf(
  steps: Verdict["steps"],
  { witnesses, quorum }: EntryProof,
  cosigned: number,
): Pick<Verdict, "level" | "headline"> {
  if (steps.path.state === "failed") return failedWith("Not the entry that was sealed");
  if (steps.signature.state === "failed")
    return failedWith("The checkpoint is not signed by the log");
  if (steps.witnesses.state === "failed") return failedWith("A cosignature is forged or broken");
  if (witnesses.length > 0 && cosigned >= quorum && cosigned > 0)
    return { level: "witnessed", headline: `Witnessed by ${cosigned} of ${witnesses.length}` };
  return { level: "signed", headline: "Signed by the log alone" };
}

function unsealed(seq: number): Omit<Verdict, "leafHex"> {
  const says = "Not under a checkpoint yet.";
  const waiting = { state: "waiting", says } as const;
  return {
    level: "unsealed",
    headline: "Not yet sealed",
    nodes: [],
    steps: {
      leaf: waiting,
      path: {
        ...waiting,
        says: `Entry ${formatCount(seq)} is numbered; a checkpoint covers it in a moment, unless the log is halted.`,
      },
      signature: waiting,
      witnesses: waiting,
    },
  };
}

const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : "it is malformed.";

/** What a checkpoint says once its signature is verified, for the browser's memory. Null where there is none. */
export function seenOf({
  checkpoint,
  vkey,
}: EntryProof): Readonly<{
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
