import { fromBase64, fromHex } from "@/lib/log/pure/bytes";
import type { LogCrypto } from "@/lib/log/pure/crypto";
import { verifyConsistency } from "@/lib/log/pure/proof";
import { formatCount, plural } from "@/lib/format/count";
import type { Remembered } from "./browser-memory";

/** A checkpoint whose signature was verified already. */
export type Seen = Omit<Remembered, "v" | "seenAt">;
/** The server's answer to "prove that the log of `to` entries continues that of `from`". smaller: it has no such checkpoint any more. */
export type PathAnswer = Readonly<{ path: readonly string[] }> | "smaller" | "unreachable";
export type AskPath = (from: number, to: number) => Promise<PathAnswer>;

export type Comparison = Readonly<{
  /** first: nothing was remembered · same, grown: proved · behind: this page is older than what was remembered, and proved · open: could not be asked. */
  outcome: "first" | "same" | "grown" | "behind" | "contradiction" | "open";
  says: string;
  before: Remembered | null;
}>;

/**
 * Compares a verified checkpoint with the last one that this browser saw of the same log. Only "first" and "grown" may be remembered in its
 * place. A contradiction means that two signed statements of one log cannot both be true; the remembered one has to be kept.
 */
export async function compareMemory(
  c: LogCrypto,
  before: Remembered | null,
  now: Seen,
  ask: AskPath,
): Promise<Comparison> {
  const say = (outcome: Comparison["outcome"], says: string): Comparison => ({
    outcome,
    says,
    before,
  });
  if (before === null)
    return say(
      "first",
      `This browser sees this log for the first time. From now on it remembers its ${plural(now.size, "entry", "entries")} and notices if they are rewritten.`,
    );
  if (before.vkey !== now.vkey)
    return say(
      "contradiction",
      "The log shows another key than the one that this browser remembers, under the same name.",
    );
  const had = `This browser saw ${plural(before.size, "entry", "entries")}`;
  if (before.size === now.size) {
    return before.rootHex === now.rootHex
      ? say("same", `${had} under the same root: nothing has changed since.`)
      : say(
          "contradiction",
          `${had} under another root than the ${formatCount(now.size)} that the log shows now. At least one of them was changed.`,
        );
  }
  const [older, newer] =
    before.size < now.size ? ([before, now] as const) : ([now, before] as const);
  const answer = await ask(older.size, newer.size);
  if (answer === "unreachable")
    return say(
      "open",
      `${had}. The proof that they are still the same could not be fetched, so nothing is claimed and nothing is forgotten.`,
    );
  if (answer === "smaller")
    return say(
      "contradiction",
      `${had}; the log has fewer now. Entries that it signed for are missing.`,
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
      `${had}. The ${formatCount(now.size)} that the log shows now do not continue them: at least one entry that this browser has seen sealed was changed, moved or removed.`,
    );
  }
  return older === before
    ? say(
        "grown",
        `${had}. They are all still there, unchanged and in order; ${plural(now.size - before.size, "entry was", "entries were")} added after them.`,
      )
    : say("behind", `${had}, which continue the ${formatCount(now.size)} of this page.`);
}
