import { makeSealCheck } from "@/lib/log/derive/compare-seals";
import { mergeSegments, partOfEncoded } from "@/lib/log/derive/merge-segments";
import {
  type EncodedSegment,
  makeSegmentBuilder,
  type SegmentOptions,
} from "@/lib/log/derive/segment-builder";
import type { Fold } from "./fold";
import type { CheckResults } from "./report";

/** Derives the search index from the entries of a whole export. */
export type IndexCheck = Readonly<{
  /** Adds the next entry; null for bytes that are not UTF-8. */
  add: (seq: number, text: string | null) => void;
  /** Finishes what the entries so far began. To be called often. */
  settle: () => Promise<void>;
  finish: (fold: Pick<Fold, "skipped" | "entries">) => void;
}>;

/** A segment is put together from so many, the first ones first. */
const partsTogether = 8;
const noPause = async (): Promise<void> => {};

/**
 * Derives every sealed segment of the search index from the entries, and compares it with the digest
 * that the log has of it (`index.sealed`). Needs every entry, in order.
 */
export function makeIndexCheck(
  checks: Pick<CheckResults, "count" | "problem" | "skip" | "summarize">,
  options: Pick<SegmentOptions, "maxEntries"> = {},
): IndexCheck {
  const seals = makeSealCheck((message) => checks.problem("index", message));
  let builder = makeSegmentBuilder(0, options);
  let parts: EncodedSegment[] = [];
  let next = 0;
  let segments = 0;
  const seal = (): void => {
    const segment = builder.encode();
    parts.push(segment);
    seals.derived(segment);
    seals.needSeal(segment);
    segments += 1;
    builder = makeSegmentBuilder(segment.high, { ...options, before: builder.lastTime() });
  };
  return {
    add: (seq, text) => {
      if (seq !== next) return;
      next += 1;
      const entry = builder.add(text);
      if (entry !== null) seals.add(seq, entry);
      if (builder.isFull()) seal();
    },
    settle: async () => {
      if (parts.length < partsTogether) return;
      const whole = await mergeSegments(parts.map(partOfEncoded), {
        take: noPause,
        pause: noPause,
      });
      seals.derived(whole);
      parts = [];
    },
    finish: (fold) => {
      if (fold.skipped() > 0 || next !== fold.entries())
        return checks.skip(
          "index",
          "The search index can be derived from an export of everything only.",
        );
      const same = seals.finish(next);
      checks.count("index", segments);
      checks.summarize(
        "index",
        `The entries give ${segments} sealed segments of the search index; ${same} digests in the log are theirs.`,
      );
    },
  };
}
