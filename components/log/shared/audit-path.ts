/**
 * One step from a leaf toward the root: the sibling, the entries it covers, and the entries that
 * the resulting node covers.
 */
export type PathStep = Readonly<{ side: "left" | "right"; sibling: Span; node: Span }>;
/** Entries from … to - 1. */
export type Span = Readonly<{ from: number; to: number }>;

/**
 * The steps of an inclusion proof in a tree of that size, leaf first, in the order of the proof's
 * hashes (RFC 6962 section 2.1.1).
 */
export function auditPath(index: number, size: number): readonly PathStep[] {
  const steps: PathStep[] = [];
  let from = 0,
    to = size;
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from),
      node = { from, to };
    if (index < middle) {
      steps.unshift({ side: "right", sibling: { from: middle, to }, node });
      to = middle;
    } else {
      steps.unshift({ side: "left", sibling: { from, to: middle }, node });
      from = middle;
    }
  }
  return steps;
}

/** The largest power of two that is smaller than `count`. */
function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
