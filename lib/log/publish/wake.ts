/** Waits that a word can cut short; a word said while nobody waits is kept for the next wait. */
export type Wake = Readonly<{ wake: () => void; wait: (ms: number) => Promise<void> }>;

/** Every wait ends at once when `over` is aborted. */
export function makeWake(over: AbortSignal): Wake {
  let said = false,
    end: (() => void) | null = null;
  const wake = (): void => {
    said = true;
    end?.();
  };
  over.addEventListener("abort", wake, { once: true });
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        end = null;
        said = false;
        resolve();
      };
      const timer = setTimeout(done, ms);
      end = done;
      if (said || over.aborted) done();
    });
  return { wake, wait };
}
