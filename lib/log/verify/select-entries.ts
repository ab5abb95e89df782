import {
  compareBytes,
  entryTime,
  forEachToken,
  parseEntryText,
  type TokenRun,
} from "@/lib/log/pure/search-tokens";
import { parseFilter, searchOf } from "@/lib/log/search/filter";
import type { EntryQuery } from "@/lib/log/schema";
import type { Fold } from "./fold";
import type { CheckResults } from "./report";

/** Finds the entries of a whole file that match a filter, by a look at each. */
export type EntrySelector = Readonly<{
  /** Looks at the next entry; null for bytes that are not UTF-8. */
  add: (seq: number, text: string | null) => void;
  finish: (fold: Pick<Fold, "skipped">) => void;
}>;

const maxNamed = 1_000;

const isIn = (token: Uint8Array, { low, end }: TokenRun): boolean =>
  end === null
    ? compareBytes(token, low) === 0
    : compareBytes(token, low) >= 0 && compareBytes(token, end) < 0;

/** Throws AppError `audit.query`. */
export function makeEntrySelector(checks: CheckResults, query: EntryQuery): EntrySelector {
  const filter = parseFilter(query);
  const { all, fromMs = null, untilMs = null } = searchOf(filter, { low: 0, high: Infinity });
  const named: number[] = [];
  let matching = 0;
  let entries = 0;
  let time = 0;
  return {
    add: (seq, text) => {
      const entry = text === null ? null : parseEntryText(text);
      time = (entry === null ? null : entryTime(entry)) ?? time;
      entries += 1;
      if ((fromMs !== null && time < fromMs) || (untilMs !== null && time >= untilMs)) return;
      const open = new Set(all);
      forEachToken(entry ?? {}, (bytes, length) => {
        const token = bytes.subarray(0, length);
        for (const clause of open) if (clause.some((run) => isIn(token, run))) open.delete(clause);
      });
      if (open.size > 0) return;
      matching += 1;
      if (named.length < maxNamed) named.push(seq);
    },
    finish: (fold) => {
      const what = filter.text === "" ? "everything" : filter.text;
      if (fold.skipped() > 0)
        return checks.skip("select", "Which entries match, only an export of everything shows.");
      checks.count("select", entries);
      const list = `${named.join(", ")}${matching > named.length ? ", …" : ""}`;
      checks.summarize(
        "select",
        `${matching} of ${entries} entries match ${what}${matching === 0 ? "" : `: ${list}`}.`,
      );
    },
  };
}
