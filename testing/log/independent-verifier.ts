import { createHash, createPublicKey, verify } from "node:crypto";

// A verifier as a stranger writes it, from RFC 6962 and the C2SP texts alone: nothing of this
// project is imported here on purpose.

type Get = (path: string) => Promise<Buffer>;
export type VerifiedLog = Readonly<{
  origin: string;
  size: number;
  root: string;
  leaves: Buffer[];
}>;

const hash = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((sum, part) => sum.update(part), createHash("sha256")).digest();
const leafOf = (entry: Uint8Array): Buffer => hash(Buffer.from([0]), entry);

/** MTH of RFC 6962 §2.1 over leaf hashes, by its definition. */
export function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return hash();
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return hash(Buffer.from([1]), treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

function addressOf(n: number): string {
  const digits = String(n).padStart(Math.ceil(String(n).length / 3) * 3, "0");
  const groups = digits.match(/.../g)!;
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join("/");
}

/** Every tile of a level, full ones and the last, partial one. */
async function fetchLevel(get: Get, prefix: string, count: number): Promise<Buffer[]> {
  const tiles: Buffer[] = [];
  for (let n = 0; n * 256 < count; n += 1) {
    const width = Math.min(256, count - n * 256);
    tiles.push(await get(`${prefix}/${addressOf(n)}${width === 256 ? "" : `.p/${width}`}`));
  }
  return tiles;
}

const hashesIn = (tiles: readonly Buffer[]): Buffer[] =>
  tiles.flatMap((tile) =>
    Array.from({ length: tile.length / 32 }, (_, at) => tile.subarray(at * 32, at * 32 + 32)),
  );

function entriesIn(bundle: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bundle.length; at += 2 + bundle.readUInt16BE(at))
    found.push(bundle.subarray(at + 2, at + 2 + bundle.readUInt16BE(at)));
  return found;
}

/** The signed note of C2SP: the text, an empty line, "— name base64(id || signature)". */
export function readNote(
  note: string,
  vkey: string,
): { origin: string; size: number; root: string; text: string } {
  const [name, id, base64] = /^([^+]+)\+([^+]+)\+(.+)$/.exec(vkey.trim())!.slice(1) as [
    string,
    string,
    string,
  ];
  const key = Buffer.from(base64, "base64");
  if (
    hash(Buffer.from(`${name}\n`), key)
      .subarray(0, 4)
      .toString("hex") !== id
  )
    throw new Error("the verifier key is damaged");
  const cut = note.indexOf("\n\n");
  const text = note.slice(0, cut + 1);
  const lines = note
    .slice(cut + 2)
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split(" "));

  const own = lines.find(([, who]) => who === name);
  const signature = Buffer.from(own?.[2] ?? "", "base64");
  const spki = createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key.subarray(1)]),
    format: "der",
    type: "spki",
  });
  if (
    key[0] !== 1 ||
    signature.subarray(0, 4).toString("hex") !== id ||
    !verify(null, Buffer.from(text), spki, signature.subarray(4))
  )
    throw new Error("the signature does not verify");
  const [origin = "", size = "", root = ""] = text.split("\n");
  if (origin !== name) throw new Error("the checkpoint is of another log");
  return { origin, size: Number(size), root, text };
}

/**
 * Fetches the checkpoint and everything under it, and re-derives its root three times: from leaves,
 * from the tiles above, from the entries.
 */
export async function verifyEverything(get: Get, getEntries: Get): Promise<VerifiedLog> {
  const note = (await get("/log/checkpoint")).toString("utf8");
  const vkey = (await get("/log/key")).toString("utf8");
  const { origin, size, root } = readNote(note, vkey);
  const leaves = hashesIn(await fetchLevel(get, "/log/tile/0", size));
  if (treeHash(leaves).toString("base64") !== root)
    throw new Error("the leaves do not lead to the root");
  for (let level = 1, below = leaves; below.length >= 256; level += 1) {
    const count = Math.floor(below.length / 256);
    const level1 = hashesIn(await fetchLevel(get, `/log/tile/${level}`, count));
    for (let n = 0; n < count; n += 1)
      if (!treeHash(below.slice(n * 256, n * 256 + 256)).equals(level1[n]!))
        throw new Error(`tile hash ${level}/${n} is wrong`);
    below = level1;
  }
  const entries = (await fetchLevel(getEntries, "/log/tile/entries", size)).flatMap(entriesIn);
  if (entries.length !== size || entries.some((entry, at) => !leafOf(entry).equals(leaves[at]!)))
    throw new Error("an entry is not what its leaf says");
  return { origin, size, root, leaves };
}
