/**
 * The last checkpoint of one log that this browser saw and found consistent with the one before.
 */
export type StoredCheckpoint = Readonly<{
  v: 1;
  origin: string;
  vkey: string;
  size: number;
  rootHex: string;
  /** The whole signed note: evidence if the log ever contradicts it. */ note: string;
  seenAt: string;
}>;

/** Where it is stored: one key per log, in this browser only. */
export type CheckpointStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;
const keyOf = (origin: string): string => `chancery-log ${origin}`;

/**
 * The checkpoint stored for a log; null if there is none, or if the stored value is invalid.
 */
export function readStoredCheckpoint(
  keeper: CheckpointStorage,
  origin: string,
): StoredCheckpoint | null {
  const text = keeper.getItem(keyOf(origin));
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isStoredCheckpoint(value, origin) ? value : null;
  } catch {
    return null;
  }
}

/**
 * Stores a checkpoint. Call it only with one that was proved consistent with the stored one: an
 * unproved one would hide a rewritten log.
 */
export function storeCheckpoint(keeper: CheckpointStorage, seen: StoredCheckpoint): void {
  keeper.setItem(keyOf(seen.origin), JSON.stringify(seen));
}

function isStoredCheckpoint(value: unknown, origin: string): value is StoredCheckpoint {
  if (typeof value !== "object" || value === null) return false;
  const one = value as Partial<Record<keyof StoredCheckpoint, unknown>>;
  return (
    one.v === 1 &&
    one.origin === origin &&
    typeof one.vkey === "string" &&
    Number.isSafeInteger(one.size) &&
    Number(one.size) >= 0 &&
    typeof one.rootHex === "string" &&
    /^[0-9a-f]{64}$/.test(one.rootHex) &&
    typeof one.note === "string" &&
    typeof one.seenAt === "string"
  );
}

/** The browser's storage, or null if it stores no data for this site. */
export function browserStorage(): CheckpointStorage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
