import { fromBase64, fromHex } from "@/lib/log/pure/bytes";
import type { LogCrypto } from "@/lib/log/pure/crypto";
import { verifyConsistency } from "@/lib/log/pure/verify-proof";
import { formatCount, plural } from "@/lib/format/count";
import type { StoredCheckpoint } from "./checkpoint-storage";

/** A checkpoint whose signature was verified. */
export type VerifiedCheckpoint = Omit<StoredCheckpoint, "v" | "seenAt">;
/**
 * The server's response to a request for a consistency proof. smaller: the log has fewer entries
 * than requested.
 */
export type ConsistencyResponse = Readonly<{ path: readonly string[] }> | "smaller" | "unreachable";
export type FetchConsistency = (from: number, to: number) => Promise<ConsistencyResponse>;

export type Comparison = Readonly<{
  /**
   * first: nothing was stored · same, grown: proved · behind: this page is older than the stored
   * checkpoint, and proved consistent · open: the proof could not be fetched.
   */
  outcome: "first" | "same" | "grown" | "behind" | "contradiction" | "open";
  message: string;
  before: StoredCheckpoint | null;
}>;

/**
 * Compares a verified checkpoint with the last one that this browser saw of the same log. Only
 * "first" and "grown" may replace the stored one. A contradiction means that two signed checkpoints
 * of one log can't both be true; the stored one has to be kept.
 */
export async function compareCheckpoints(
  c: LogCrypto,
  before: StoredCheckpoint | null,
  now: VerifiedCheckpoint,
  ask: FetchConsistency,
): Promise<Comparison> {
  const say = (outcome: Comparison["outcome"], message: string): Comparison => ({
    outcome,
    message,
    before,
  });
  if (before === null)
    return say(
      "first",
      `This is the first time this browser sees this log. It now remembers the ${plural(now.size, "entry", "entries")} and detects if they are rewritten.`,
    );
  if (before.vkey !== now.vkey)
    return say(
      "contradiction",
      "The log presents a different key under the same name than the one this browser remembers.",
    );
  const base = `This browser saw ${plural(before.size, "entry", "entries")}`;
  if (before.size === now.size)
    return before.rootHex === now.rootHex
      ? say("same", `${base} with the same root. Nothing has changed since.`)
      : say(
          "contradiction",
          `${base} with a different root than the log presents now. At least one of them was changed.`,
        );
  return { ...(await compareSizes(c, before, now, ask)), before };
}

/** Compares two checkpoints of different sizes: the larger one has to continue the smaller one. */
async function compareSizes(
  c: LogCrypto,
  before: StoredCheckpoint,
  now: VerifiedCheckpoint,
  ask: FetchConsistency,
): Promise<Omit<Comparison, "before">> {
  const base = `This browser saw ${plural(before.size, "entry", "entries")}`;
  const say = (outcome: Comparison["outcome"], message: string) => ({ outcome, message });
  const [older, newer] =
    before.size < now.size ? ([before, now] as const) : ([now, before] as const);
  const answer = await ask(older.size, newer.size);
  if (answer === "unreachable")
    return say(
      "open",
      `${base}. The consistency proof couldn’t be loaded, so this is not confirmed. The stored checkpoint is kept.`,
    );
  if (answer === "smaller")
    return say(
      "contradiction",
      `${base}, but the log now has fewer. Entries that the log signed are missing.`,
    );
  try {
    await verifyConsistency(c, {
      oldSize: older.size,
      oldRoot: fromHex(older.rootHex),
      newSize: newer.size,
      newRoot: fromHex(newer.rootHex),
      path: answer.path.map(fromBase64),
    });
  } catch {
    return say(
      "contradiction",
      `${base}. The ${formatCount(now.size)} that the log presents now are not consistent with them: at least one entry was changed, moved or removed.`,
    );
  }
  return older === before
    ? say(
        "grown",
        `${base}. They are all still there, unchanged and in order. ${plural(now.size - before.size, "entry was", "entries were")} added since.`,
      )
    : say(
        "behind",
        `${base}, which are consistent with the ${formatCount(now.size)} on this page.`,
      );
}
