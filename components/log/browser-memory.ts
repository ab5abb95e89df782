/** The last checkpoint that this browser saw of one log and found to continue what it saw before. */
export type Remembered = Readonly<{
  v: 1;
  origin: string;
  vkey: string;
  size: number;
  rootHex: string;
  /** The signed note, whole: evidence if the log ever says otherwise. */ note: string;
  seenAt: string;
}>;

/** Where it is kept: one key for each log, in this browser alone. */
export type Keeper = Pick<Storage, "getItem" | "setItem" | "removeItem">;
const keyOf = (origin: string): string => `chancery-log ${origin}`;

/** What is remembered of a log; null if nothing is, or if what stands there is not of our making. */
export function recall(keeper: Keeper, origin: string): Remembered | null {
  const text = keeper.getItem(keyOf(origin));
  if (text === null) return null;
  try {
    const found: unknown = JSON.parse(text);
    return isRemembered(found, origin) ? found : null;
  } catch {
    return null;
  }
}

/** Remembers a checkpoint. Call it only for one that was proved to continue what was remembered: an unproved one would hide a rewritten log. */
export function remember(keeper: Keeper, seen: Remembered): void {
  keeper.setItem(keyOf(seen.origin), JSON.stringify(seen));
}

function isRemembered(found: unknown, origin: string): found is Remembered {
  if (typeof found !== "object" || found === null) return false;
  const one = found as Partial<Record<keyof Remembered, unknown>>;
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

/** The browser's own keeper, or null where it keeps nothing for this site. */
export function browserKeeper(): Keeper | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
