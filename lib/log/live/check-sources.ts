import { addNumber, countRanges, formatRanges, type NumberRanges, parseRanges } from "../number-ranges";
import type { EntryRecord } from "../types";
import { type Checks } from "./types";

type Seen = {
  id: string; boot: string;
  /** Every number up to it arrived or is voided. */
  upto: number;
  /** Those above it that arrived or are voided. */
  above: Set<number>;
  settled: number;
  /** What entries have named as missing. */
  reported: NumberRanges;
};

export type SourceCheck = Readonly<{
  take: (seq: number, record: EntryRecord) => void;
  /** Sources with numbers that are settled, did not arrive, and that no entry names. */
  anyMissing: () => boolean;
  finish: () => void;
}>;

const textIn = (value: unknown): string => (typeof value === "string" ? value : "");
const rangesIn = (value: unknown): NumberRanges => parseRanges(textIn(value)) ?? [];
const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

/** Follows the numbers of each source through the log: none twice, and none missing of those that are settled. */
export function makeSourceCheck({ sources: check }: Pick<Checks, "sources">): SourceCheck {
  const known = new Map<string, Seen>();
  const of = (id: string, boot: string): Seen => {
    const key = `${id}\n${boot}`, found = known.get(key);
    if (found) return found;
    const made = { id, boot, upto: 0, above: new Set<number>(), settled: 0, reported: [] };
    known.set(key, made);
    return made;
  };
  const account = (seen: Seen, n: number): boolean => {
    if (n <= seen.upto || seen.above.has(n)) return false;
    seen.above.add(n);
    while (seen.above.delete(seen.upto + 1)) seen.upto++;
    return true;
  };
  const takeHeartbeat = (seen: Seen, details: EntryRecord["details"]): void => {
    if (details.source !== seen.id || details.boot !== seen.boot) return;
    if (isNumber(details.settled)) seen.settled = Math.max(seen.settled, details.settled);
    for (const [from, to] of rangesIn(details.voided)) for (let n = from; n <= to; n++) account(seen, n);
  };
  const missingOf = ({ upto, above, settled, reported }: Seen): NumberRanges => {
    const isReported = (n: number): boolean => reported.some(([from, to]) => n >= from && n <= to);
    let missing: NumberRanges = [];
    for (let n = upto + 1; n <= settled; n++) if (!above.has(n) && !isReported(n)) missing = addNumber(missing, n);
    return missing;
  };
  return {
    take: (seq, { src, action, details }) => {
      if (action === "source.gap") {
        const seen = of(textIn(details.source), textIn(details.boot));
        for (const range of rangesIn(details.missing)) seen.reported = [...seen.reported, range];
      }
      if (src === undefined || !isNumber(src.seq)) return;
      check.looked();
      const seen = of(src.id, src.boot);
      if (!account(seen, src.seq)) check.wrong(`Entry ${seq} has the number ${src.seq} of ${src.id}, which came before or was said to be unused.`);
      if (action === "source.heartbeat") takeHeartbeat(seen, details);
    },
    anyMissing: () => [...known.values()].some((seen) => missingOf(seen).length > 0),
    finish: () => {
      for (const seen of known.values()) {
        const missing = missingOf(seen);
        if (missing.length > 0) check.wrong(`${countRanges(missing)} of the entries that ${seen.id} committed never arrived: its numbers ${formatRanges(missing).slice(0, 200)}.`);
      }
    },
  };
}
