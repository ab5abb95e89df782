/**
 * Long work that pauses every millisecond or so. Whoever runs it lets other work of the process go first in the
 * pauses, or not.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Runs the work without pauses. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
