import { parseTilePath, TILE_WIDTH, type TileAddress } from "@/lib/log/pure/tile";
import type { PublishedLog } from "@/lib/log/published";

/** What is asked for under /log/, and of which log: by its id, or the newest one (null). */
export type LogPath = Readonly<{ id: string | null; what: "checkpoint" | "key" | TileAddress }>;

/** The parts of a path under /log/, written exactly as C2SP tlog-tiles has them; null for anything else. */
export function parseLogPath(path: string): LogPath | null {
  const [, id = null, rest = ""] =
    /^\/log\/(?:([0-9a-f]{8})\/)?(checkpoint|key|tile\/.+)$/.exec(path) ?? [];
  if (rest === "checkpoint" || rest === "key") return { id, what: rest };
  const address = rest === "" ? null : parseTilePath(rest);
  return address === null ? null : { id, what: address };
}

/** Whether this path is one of entries, which are not for everybody. */
export const isEntriesPath = (url: string): boolean =>
  /^\/log\/(?:[0-9a-f]{8}\/)?tile\/entries(?:[/?]|$)/.test(url);

/** The log that a path means: the newest that has a checkpoint, the newest at all, or the one of that id. */
export function logOf(logs: readonly PublishedLog[], id: string | null): PublishedLog | null {
  if (id !== null) return logs.find((log) => log.id === id) ?? null;
  return logs.find(({ note }) => note !== null) ?? logs[0] ?? null;
}

/** How many entries a log must have for this tile or bundle to be whole, as wide as it was asked for. */
export function sizeNeeded({ kind, index, width, ...address }: TileAddress): number {
  return (
    (index * TILE_WIDTH + width) *
    TILE_WIDTH ** (kind === "hashes" ? (address as { level: number }).level : 0)
  );
}
