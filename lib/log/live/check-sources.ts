import {
  countRanges,
  formatRanges,
  type NumberRanges,
  parseRanges,
  rangesWithout,
} from "@/lib/log/pure/number-ranges";
import type { EntryRecord } from "@/lib/log/types";
import { makeSourceNumbers } from "@/lib/log/pure/source-numbers";
import { type Checks } from "./types";

export type SourceCheck = Readonly<{
  add: (seq: number, record: EntryRecord) => void;
  /** Whether a source reported numbers as committed that are missing and that no entry reports. */
  hasMissing: () => boolean;
  finish: () => void;
}>;

const textIn = (value: unknown): string => (typeof value === "string" ? value : "");
const rangesIn = (value: unknown): NumberRanges => parseRanges(textIn(value)) ?? [];
const isNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0;

/**
 * Checks the entry numbers of each source: none used twice, and none missing that the source
 * reported as committed. Memory grows with the gaps only, not with the entries: services number
 * their events themselves, so it must stay bounded whatever they send.
 */
export function makeSourceCheck({ sources: check }: Pick<Checks, "sources">): SourceCheck {
  const numbers = makeSourceNumbers();
  const ids = new Map<string, string>();
  /** Gaps that entries `source.gap` have reported. */
  const reported = new Map<string, NumberRanges>();
  const keyOf = (id: string, boot: string): string => {
    const key = `${id}\n${boot}`;
    ids.set(key, id);
    return key;
  };
  const unexplained = (): { id: string; missing: NumberRanges }[] =>
    numbers
      .listMissing()
      .map(({ key, ranges }) => ({
        id: ids.get(key) ?? key,
        missing: rangesWithout(parseRanges(ranges) ?? [], reported.get(key) ?? []),
      }))
      .filter(({ missing }) => missing.length > 0);
  return {
    add: (seq, { src, action, details }) => {
      if (action === "source.gap") {
        const key = keyOf(textIn(details.source), textIn(details.boot));
        reported.set(key, [...(reported.get(key) ?? []), ...rangesIn(details.missing)]);
      }
      if (src === undefined || !isNumber(src.seq)) return;
      check.count();
      const key = keyOf(src.id, src.boot);
      if (!numbers.addNumber(key, src.seq))
        check.problem(
          `Entry ${seq} has the number ${src.seq} of ${src.id}, which was already used or was reported as unused.`,
        );
      if (action !== "source.heartbeat" || details.source !== src.id || details.boot !== src.boot)
        return;
      numbers.addHeartbeat(
        key,
        isNumber(details.settled) ? details.settled : 0,
        textIn(details.voided),
      );
    },
    hasMissing: () => unexplained().length > 0,
    finish: () => {
      for (const { id, missing } of unexplained())
        check.problem(
          `${countRanges(missing)} of the entries that ${id} committed are missing: its numbers ${formatRanges(missing).slice(0, 200)}.`,
        );
    },
  };
}
