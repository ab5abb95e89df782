/**
 * Milliseconds on this process's own stopwatch, for how long something has waited or worked. It is
 * no time of day: nothing that is decided, recorded or signed depends on it.
 */
export const monotonicMs = (): number => performance.now();
