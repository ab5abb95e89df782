import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { toBase64 } from "@/lib/log/pure/bytes";
import { formatCheckpoint } from "@/lib/log/pure/checkpoint";
import { formatVkey, keyIdOf, signatureLine, type NoteKey } from "@/lib/log/pure/note";

// A log of a test: its tree is computed here from the definition in RFC 6962 §2.1, and so are its
// proofs.

export const hash = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((sum, part) => sum.update(part), createHash("sha256")).digest();
const split = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};
export function mth(leaves: readonly Buffer[]): Buffer {
  if (leaves.length < 2) return leaves[0] ?? hash();
  const k = split(leaves.length);
  return hash(Buffer.from([1]), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}
export function subproof(m: number, leaves: readonly Buffer[], whole: boolean): Buffer[] {
  if (m === leaves.length) return whole ? [] : [mth(leaves)];
  const k = split(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), whole), mth(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))];
}

export type TestLog = Readonly<{
  origin: string;
  vkey: string;
  key: NoteKey;
  privateKey: KeyObject;
  note: (size: number, root?: Uint8Array) => string;
  body: (
    old: number,
    size: number,
    more?: Readonly<{ path?: readonly Uint8Array[]; note?: string }>,
  ) => Buffer;
}>;
export const leaves = Array.from({ length: 300 }, (_, n) =>
  hash(Buffer.from([0]), Buffer.from(`entry ${n}`)),
);

export async function makeLog(origin: string): Promise<TestLog> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-32));
  const keyId = await keyIdOf(nodeLogCrypto, origin, 1, raw);
  const note = (size: number, root: Uint8Array = mth(leaves.slice(0, size))): string => {
    const text = formatCheckpoint({ origin, size, root });
    return `${text}\n${signatureLine(origin, keyId, new Uint8Array(sign(null, Buffer.from(text), privateKey)))}`;
  };
  return {
    origin,
    privateKey,
    vkey: await formatVkey(nodeLogCrypto, origin, 1, raw),
    key: { name: origin, keyId, type: 1, publicKey: raw },
    note,
    body: (
      old,
      size,
      {
        path = old === 0 || old >= size ? [] : subproof(old, leaves.slice(0, size), true),
        note: other = note(size),
      } = {},
    ) => Buffer.from(`old ${old}\n${path.map((one) => `${toBase64(one)}\n`).join("")}\n${other}`),
  };
}

export const random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) };
