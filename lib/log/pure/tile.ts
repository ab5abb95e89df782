import { concat } from "./bytes";
import { ProofError } from "./proof-error";

/** Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles). */
export const fullTileWidth = 256;

/** The address of a tile or an entry bundle; `width` is 256 for a full one. */
export type TileAddress =
  | Readonly<{ kind: "hashes"; level: number; index: number; width: number }>
  | Readonly<{ kind: "entries"; index: number; width: number }>;

const maxLevel = 63;
const maxEntryBytes = 65_535;
const pathForm =
  /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

function indexPath(index: number): string {
  if (!Number.isSafeInteger(index) || index < 0)
    throw new ProofError("tile.index", `${index} is not a valid tile index.`);
  const groups = [];
  for (let rest = index; rest > 0 || groups.length === 0; rest = Math.floor(rest / 1000))
    groups.unshift(String(rest % 1000).padStart(3, "0"));
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
}

function widthPath(width: number): string {
  if (!Number.isInteger(width) || width < 1 || width > fullTileWidth)
    throw new ProofError("tile.width", `A tile has 1 to ${fullTileWidth} hashes, not ${width}.`);
  return width === fullTileWidth ? "" : `.p/${width}`;
}

/** "tile/0/x001/x234/067.p/5"; a full tile unless a width is given. */
export function tilePath(level: number, index: number, width: number = fullTileWidth): string {
  if (!Number.isInteger(level) || level < 0 || level > maxLevel)
    throw new ProofError("tile.level", `${level} is not a valid tile level.`);
  return `tile/${level}/${indexPath(index)}${widthPath(width)}`;
}

/** "tile/entries/x001/x234/067.p/5"; a full bundle unless a width is given. */
export const entriesPath = (index: number, width: number = fullTileWidth): string =>
  `tile/entries/${indexPath(index)}${widthPath(width)}`;

/** Parses a path; null if it is not exactly what tilePath or entriesPath produce. */
export function parseTilePath(path: string): TileAddress | null {
  const [, level, groups, partial] = pathForm.exec(path) ?? [];
  if (level === undefined || groups === undefined) return null;
  const index = Number(groups.replaceAll(/[x/]/g, ""));
  const width = partial === undefined ? fullTileWidth : Number(partial);
  if (
    !Number.isSafeInteger(index) ||
    indexPath(index) !== groups ||
    (partial !== undefined && width >= fullTileWidth)
  )
    return null;
  if (level === "entries") return { kind: "entries", index, width };
  return Number(level) > maxLevel ? null : { kind: "hashes", level: Number(level), index, width };
}

/**
 * The tiles of a tree: the number of full ones per level, and the width of the last, partial one (0
 * for none). Entry bundles have the layout of level 0.
 */
export function tilesOf(size: number): { level: number; full: number; partial: number }[] {
  const levels = [];
  for (
    let level = 0, hashes = size;
    hashes > 0;
    level += 1, hashes = Math.floor(hashes / fullTileWidth)
  ) {
    levels.push({
      level,
      full: Math.floor(hashes / fullTileWidth),
      partial: hashes % fullTileWidth,
    });
  }
  return levels;
}

/** The number of hashes of a tile in a tree of that size: 256, fewer at the right edge, or 0. */
export function tileWidth(level: number, index: number, size: number): number {
  return Math.max(
    0,
    Math.min(fullTileWidth, Math.floor(size / fullTileWidth ** level) - index * fullTileWidth),
  );
}

/** Encodes entries, each prefixed with its length in two bytes. Throws ProofError `tile.entry`. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concat(
    ...entries.flatMap((entry) => {
      if (entry.length > maxEntryBytes)
        throw new ProofError(
          "tile.entry",
          `An entry of ${entry.length} bytes is too large for a bundle.`,
        );
      return [Uint8Array.of(entry.length >> 8, entry.length & 255), entry];
    }),
  );
}

/** Decodes a bundle. Throws ProofError `tile.bundle` if it is truncated or has too many entries. */
export function decodeBundle(bytes: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const start = at + 2;
    const end = start + (bytes[at]! << 8) + (bytes[at + 1] ?? 0);
    if (start > bytes.length || end > bytes.length)
      throw new ProofError("tile.bundle", `The bundle is truncated in entry ${entries.length}.`);
    entries.push(bytes.subarray(start, end));
    at = end;
  }
  if (entries.length > fullTileWidth)
    throw new ProofError(
      "tile.bundle",
      `A bundle has at most ${fullTileWidth} entries, not ${entries.length}.`,
    );
  return entries;
}
