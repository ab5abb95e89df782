/**
 * A wait that a notification cuts short. A notification that comes while nothing waits ends the
 * next wait at once.
 */
export type Notifier = Readonly<{
  notify: () => void;
  wait: (timeoutMs: number) => Promise<void>;
}>;

/** Every wait ends at once when `signal` is aborted. */
export function makeNotifier(signal: AbortSignal): Notifier {
  let notified = false;
  let resume: (() => void) | null = null;
  const notify = (): void => {
    notified = true;
    resume?.();
  };
  signal.addEventListener("abort", notify, { once: true });
  const wait = (timeoutMs: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        resume = null;
        notified = false;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      resume = done;
      if (notified || signal.aborted) done();
    });
  return { notify, wait };
}
