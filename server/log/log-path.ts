import type { PublishedLog } from "@/lib/log/publish/published-log-cache";
import { parseTilePath, fullTileWidth, type TileAddress } from "@/lib/log/pure/tile";

/** A resource under /log/, of the log with this id, or of the newest one (null). */
export type LogPath = Readonly<{ id: string | null; resource: "checkpoint" | "key" | TileAddress }>;

/** Parses a path under /log/, exactly as C2SP tlog-tiles writes it; null for anything else. */
export function parseLogPath(path: string): LogPath | null {
  const [, id = null, rest = ""] =
    /^\/log\/(?:([0-9a-f]{8})\/)?(checkpoint|key|tile\/.+)$/.exec(path) ?? [];
  if (rest === "checkpoint" || rest === "key") return { id, resource: rest };
  const address = rest === "" ? null : parseTilePath(rest);
  return address === null ? null : { id, resource: address };
}

/** Whether this is a path of entry bundles, which are not public. */
export const isEntriesPath = (url: string): boolean =>
  /^\/log\/(?:[0-9a-f]{8}\/)?tile\/entries(?:[/?]|$)/.test(url);

/**
 * The log that a path refers to: the one with that id, otherwise the newest that has a checkpoint,
 * or else the newest.
 */
export function logOf(logs: readonly PublishedLog[], id: string | null): PublishedLog | null {
  if (id !== null) return logs.find((log) => log.id === id) ?? null;
  return logs.find(({ note }) => note !== null) ?? logs[0] ?? null;
}

/** How many entries a log must have for a tile or bundle of this width to exist. */
export function sizeNeeded({ kind, index, width, ...address }: TileAddress): number {
  return (
    (index * fullTileWidth + width) *
    fullTileWidth ** (kind === "hashes" ? (address as { level: number }).level : 0)
  );
}
