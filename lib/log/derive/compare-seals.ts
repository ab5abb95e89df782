import { segmentFormat } from "@/lib/log/pure/search-tokens";

type Range = Readonly<{ low: number; high: number }>;

/** What an entry `index.sealed` says: the digest of the segment of the entries `low` to `high - 1`. */
export type Seal = Range & Readonly<{ seq: number; root: string }>;

type Recorded = Readonly<{ action?: unknown; outcome?: unknown; details?: unknown }>;

/** The digests that the log has of sealed segments, and what the entries give for them. */
export type SealCheck = Readonly<{
  /** Adds the digest that an entry has, if it has one of the present format. */
  add: (seq: number, entry: Recorded) => void;
  /** Numbers between `low` and `high` at which a sealed segment began or ended. */
  cutsWithin: (low: number, high: number) => readonly number[];
  /** Notes what a range of entries gives. */
  derived: (segment: Range & Readonly<{ root: Buffer }>) => void;
  /** A part of a sealed segment: a digest must cover it, once later ones have one. */
  needSeal: (part: Range) => void;
  /** Digests of entries below `end` for which nothing was derived. */
  listRemaining: (end: number) => readonly Seal[];
  /** Compares all. Returns how many digests are those that the entries give. */
  finish: (end: number) => number;
}>;

/** More than a log of six thousand million entries has. */
const maxSeals = 100_000;

const isNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const keyOf = ({ low, high }: Range): string => `${low}-${high}`;

/** What a seal says; null for any other entry, and for one of another format. */
function readSeal(seq: number, { action, outcome, details }: Recorded): Seal | null {
  const { low, high, root, format } = (details ?? {}) as Readonly<Record<string, unknown>>;
  if (action !== "index.sealed" || outcome !== "success" || format !== segmentFormat) return null;
  const isRange = isNumber(low) && isNumber(high) && low < high && high <= seq;
  return isRange && typeof root === "string" ? { seq, low, high, root } : null;
}

/**
 * Compares the digests that the log has of sealed segments with what their entries give. A segment
 * without one is a problem if a later one has one; the others will have theirs soon.
 */
export function makeSealCheck(problem: (message: string) => void): SealCheck {
  const seals: Seal[] = [];
  const roots = new Map<string, string>();
  const needed: Range[] = [];
  let count = 0;
  const reportUnsealed = (): void => {
    const sealedTo = seals.reduce((most, { high }) => Math.max(most, high), 0);
    for (const { low, high } of needed)
      if (high < sealedTo && !seals.some((seal) => seal.low <= low && seal.high >= high))
        problem(
          `The segment of the entries ${low} to ${high - 1} is sealed, but no entry has its digest.`,
        );
  };
  return {
    add: (seq, entry) => {
      const seal = readSeal(seq, entry);
      if (seal === null) return;
      count += 1;
      if (count > maxSeals) return;
      seals.push(seal);
    },
    cutsWithin: (low, high) => {
      const inside = seals.filter((seal) => seal.low >= low && seal.high <= high);
      const cuts = new Set(inside.flatMap((seal) => [seal.low, seal.high]));
      return [...cuts].filter((cut) => cut > low && cut < high).toSorted((a, b) => a - b);
    },
    derived: (segment) => void roots.set(keyOf(segment), segment.root.toString("hex")),
    needSeal: ({ low, high }) => void needed.push({ low, high }),
    listRemaining: (end) => seals.filter((seal) => seal.high <= end && !roots.has(keyOf(seal))),
    finish: (end) => {
      let same = 0;
      for (const seal of seals.filter(({ high }) => high <= end)) {
        const root = roots.get(keyOf(seal));
        const what = `the entries ${seal.low} to ${seal.high - 1}`;
        if (root === seal.root) same += 1;
        else if (root === undefined)
          problem(`Entry ${seal.seq} has a digest of ${what}, which are no segment.`);
        else
          problem(`Entry ${seal.seq} has another digest of the segment of ${what} than they give.`);
      }
      reportUnsealed();
      if (count > maxSeals)
        problem(`${count - maxSeals} digests of segments in the log were not compared.`);
      return same;
    },
  };
}
