import { sign } from "node:crypto";
import { fromHex, toHex, utf8 } from "@/lib/log/pure/bytes";
import { formatCheckpoint, parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { parseVkey, signatureLine } from "@/lib/log/pure/note";
import { openLogKey } from "@/lib/signers/log-key";
import type { Copy } from "./place";

/** What an attacker finds in the copy. */
export type Facts = Readonly<{
  size: number;
  middle: number;
  origin: string;
  vkey: string;
  publicKey: Buffer;
  sealed: Buffer;
  rootHex: string;
  note: string;
}>;

/** A control that refused right away, and in which words. */
export type Catch = Readonly<{ by: string; finding: string; milliseconds: number }>;

export type Attack = Readonly<{
  name: string;
  /** What is done, in one sentence. */
  what: string;
  /** The control that has to catch it: a check of the verification, or "signer", "witness", "restore guard", "guards". */
  expected: string;
  /** On which copy; the healthy one unless said. */
  on?: "older";
  /** Does it; returns the statements as the report shows them, and what refused at once. */
  run: (
    copy: Copy,
    facts: Facts,
  ) => Promise<Readonly<{ sql: readonly string[]; caught?: readonly Catch[] }>>;
  /** False: nothing was changed, so there is nothing to verify. */
  verify?: boolean;
}>;

export async function readFacts(copy: Copy): Promise<Facts> {
  const [log] = await copy.asSuper(
      "select origin, vkey, public_key, sealed from tlog.log order by generation desc limit 1",
    ),
    [head] = await copy.asSuper("select size::int from tlog.head");
  const [newest] = await copy.asSuper(
    "select note from tlog.checkpoint where published_at is not null order by size desc limit 1",
  );
  const note = String(newest?.["note"]),
    size = Number(head?.["size"]);
  return {
    size,
    middle: Math.floor(size / 2),
    origin: String(log?.["origin"]),
    vkey: String(log?.["vkey"]),
    publicKey: log?.["public_key"] as Buffer,
    sealed: log?.["sealed"] as Buffer,
    rootHex: toHex(parseCheckpoint(note).root),
    note,
  };
}

/** A checkpoint with the log's own signature, made by whoever has stolen its key. */
export function signStolen(
  { around }: Copy,
  { origin, vkey, publicKey, sealed }: Facts,
  size: number,
  rootHex: string,
): string {
  const text = formatCheckpoint({ origin, size, root: fromHex(rootHex) });
  const key = openLogKey(around.kek, {
    origin,
    publicKey: new Uint8Array(publicKey),
    sealed: new Uint8Array(sealed),
  });
  return `${text}\n${signatureLine(origin, parseVkey(vkey).keyId, sign(null, utf8(text), key))}`;
}

/** Tries something that has to be refused: what refused it and in which words, or nothing. */
export async function refusalBy(by: string, act: () => Promise<unknown>): Promise<Catch[]> {
  const began = performance.now();
  try {
    await act();
    return [];
  } catch (error) {
    return [
      {
        by,
        finding: error instanceof Error ? error.message : String(error),
        milliseconds: performance.now() - began,
      },
    ];
  }
}

/** A forged checkpoint, shown to the witness as the publisher would. */
export async function witnessRefuses(
  { around }: Copy,
  note: string,
  oldSize: number,
): Promise<Catch[]> {
  const began = performance.now(),
    { status, body } = await around.askWitness(note, oldSize, []);
  if (status === 200) return [];
  return [
    {
      by: "witness",
      finding: `The witness answers ${status}: ${body.trim()}`,
      milliseconds: performance.now() - began,
    },
  ];
}

export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
