import { leafHashSync, rootOfSync } from "@/lib/log/tree/hash-sync";
import type { ReadTile } from "@/lib/log/tree/build-proofs";
import { concat } from "@/lib/log/pure/bytes";
import { tileWidth } from "@/lib/log/pure/tile";

const most = 600;
export const leaves = Array.from({ length: most }, (_none, at) =>
  leafHashSync(Buffer.from(`entry ${at}`)),
);
/** Tiles by their definition, without the code under test. */
export const read: ReadTile = async (level, index, size) =>
  concat(
    ...Array.from({ length: tileWidth(level, index, size) }, (_none, at) =>
      rootOfSync(
        leaves.slice((index * 256 + at) * 256 ** level, (index * 256 + at + 1) * 256 ** level),
      ),
    ),
  );
export const rootOf = (size: number): Uint8Array => rootOfSync(leaves.slice(0, size));
export const flip = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
