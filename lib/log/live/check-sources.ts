import {
  countRanges,
  formatRanges,
  type NumberRanges,
  parseRanges,
  rangesWithout,
} from "../number-ranges";
import type { EntryRecord } from "../types";
import { makeSourceNumbers } from "../verify/source-numbers";
import { type Checks } from "./types";

export type SourceCheck = Readonly<{
  take: (seq: number, record: EntryRecord) => void;
  /** Sources with numbers that are settled, did not arrive, and that no entry names. */
  anyMissing: () => boolean;
  finish: () => void;
}>;

const textIn = (value: unknown): string => (typeof value === "string" ? value : "");
const rangesIn = (value: unknown): NumberRanges => parseRanges(textIn(value)) ?? [];
const isNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0;

/**
 * Follows the numbers of each source through the log: none twice, and none missing of those that are settled. Its memory grows with what is missing
 * and not with what came: services number their events themselves, and what they say must not cost more than it is worth.
 */
export function makeSourceCheck({ sources: check }: Pick<Checks, "sources">): SourceCheck {
  const numbers = makeSourceNumbers(),
    ids = new Map<string, string>();
  /** What entries have named as missing. */
  const reported = new Map<string, NumberRanges>();
  const keyOf = (id: string, boot: string): string => {
    const key = `${id}\n${boot}`;
    ids.set(key, id);
    return key;
  };
  const unexplained = (): { id: string; missing: NumberRanges }[] =>
    numbers
      .missing()
      .map(({ key, ranges }) => ({
        id: ids.get(key) ?? key,
        missing: rangesWithout(parseRanges(ranges) ?? [], reported.get(key) ?? []),
      }))
      .filter(({ missing }) => missing.length > 0);
  return {
    take: (seq, { src, action, details }) => {
      if (action === "source.gap") {
        const key = keyOf(textIn(details.source), textIn(details.boot));
        reported.set(key, [...(reported.get(key) ?? []), ...rangesIn(details.missing)]);
      }
      if (src === undefined || !isNumber(src.seq)) return;
      check.looked();
      const key = keyOf(src.id, src.boot);
      if (!numbers.arrived(key, src.seq))
        check.wrong(
          `Entry ${seq} has the number ${src.seq} of ${src.id}, which came before or was said to be unused.`,
        );
      if (action !== "source.heartbeat" || details.source !== src.id || details.boot !== src.boot)
        return;
      numbers.settled(key, isNumber(details.settled) ? details.settled : 0, textIn(details.voided));
    },
    anyMissing: () => unexplained().length > 0,
    finish: () => {
      for (const { id, missing } of unexplained())
        check.wrong(
          `${countRanges(missing)} of the entries that ${id} committed never arrived: its numbers ${formatRanges(missing).slice(0, 200)}.`,
        );
    },
  };
}
