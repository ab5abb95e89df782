import { concat } from "./bytes";
import { ProofError } from "./proof-error";

/** Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;

/** Where a tile or a bundle of entries lies; `width` is 256 for a full one. */
export type TileAddress =
  | Readonly<{ kind: "hashes"; level: number; index: number; width: number }>
  | Readonly<{ kind: "entries"; index: number; width: number }>;

const DEEPEST = 63,
  longestEntry = 65_535;
const pathForm =
  /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

function indexPath(index: number): string {
  if (!Number.isSafeInteger(index) || index < 0)
    throw new ProofError("tile.index", `${index} cannot be the index of a tile.`);
  const groups = [];
  for (let rest = index; rest > 0 || groups.length === 0; rest = Math.floor(rest / 1000))
    groups.unshift(String(rest % 1000).padStart(3, "0"));
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
}

function widthPath(width: number): string {
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH)
    throw new ProofError("tile.width", `A tile has 1 to ${TILE_WIDTH} hashes, not ${width}.`);
  return width === TILE_WIDTH ? "" : `.p/${width}`;
}

/** "tile/0/x001/x234/067.p/5"; full when no width is given. */
export function tilePath(level: number, index: number, width: number = TILE_WIDTH): string {
  if (!Number.isInteger(level) || level < 0 || level > DEEPEST)
    throw new ProofError("tile.level", `${level} cannot be the level of a tile.`);
  return `tile/${level}/${indexPath(index)}${widthPath(width)}`;
}

/** "tile/entries/x001/x234/067.p/5"; full when no width is given. */
export const entriesPath = (index: number, width: number = TILE_WIDTH): string =>
  `tile/entries/${indexPath(index)}${widthPath(width)}`;

/** The address behind a path, or null if it is not written exactly as tilePath or entriesPath write it. */
export function parseTilePath(path: string): TileAddress | null {
  const [, level, groups, partial] = pathForm.exec(path) ?? [];
  if (level === undefined || groups === undefined) return null;
  const index = Number(groups.replaceAll(/[x/]/g, "")),
    width = partial === undefined ? TILE_WIDTH : Number(partial);
  if (
    !Number.isSafeInteger(index) ||
    indexPath(index) !== groups ||
    (partial !== undefined && width >= TILE_WIDTH)
  )
    return null;
  if (level === "entries") return { kind: "entries", index, width };
  return Number(level) > DEEPEST ? null : { kind: "hashes", level: Number(level), index, width };
}

/** The tiles of a tree: at each level so many full ones, and a last one of `partial` hashes (0: none). Bundles of entries are as level 0. */
export function tilesOf(size: number): { level: number; full: number; partial: number }[] {
  const levels = [];
  for (
    let level = 0, hashes = size;
    hashes > 0;
    level += 1, hashes = Math.floor(hashes / TILE_WIDTH)
  ) {
    levels.push({ level, full: Math.floor(hashes / TILE_WIDTH), partial: hashes % TILE_WIDTH });
  }
  return levels;
}

/** How many hashes the tile has in a tree of that size: 256, fewer at the right edge, 0 where there is none. */
export function tileWidth(level: number, index: number, size: number): number {
  return Math.max(
    0,
    Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH),
  );
}

/** Entries one after another, each behind its length in two bytes. Throws ProofError `tile.entry`. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concat(
    ...entries.flatMap((entry) => {
      if (entry.length > longestEntry)
        throw new ProofError(
          "tile.entry",
          `An entry of ${entry.length} bytes does not fit a bundle.`,
        );
      return [Uint8Array.of(entry.length >> 8, entry.length & 255), entry];
    }),
  );
}

/** Takes a bundle apart. Throws ProofError `tile.bundle` where it is cut off or too long. */
export function decodeBundle(bytes: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const start = at + 2,
      end = start + (bytes[at]! << 8) + (bytes[at + 1] ?? 0);
    if (start > bytes.length || end > bytes.length)
      throw new ProofError("tile.bundle", `The bundle is cut off in entry ${entries.length}.`);
    entries.push(bytes.subarray(start, end));
    at = end;
  }
  if (entries.length > TILE_WIDTH)
    throw new ProofError(
      "tile.bundle",
      `A bundle has at most ${TILE_WIDTH} entries, not ${entries.length}.`,
    );
  return entries;
}
