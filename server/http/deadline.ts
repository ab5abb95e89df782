import { AppError } from "@/lib/errors/app-error";

/**
 * Calls `onTimeout` once after `ms` milliseconds, unless canceled by the function that it returns.
 * If this process itself was blocked, answers may have arrived that it has not read yet: they are
 * read first, and can still cancel.
 */
export function setDeadline(ms: number, onTimeout: () => void): () => void {
  let afterReads: NodeJS.Immediate | undefined;
  // Timers fire before sockets are read, immediates after.
  const timer = setTimeout(() => {
    afterReads = setImmediate(onTimeout);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(afterReads);
  };
}

/**
 * The result of verifying a certificate; rejects with AppError `status.unavailable` after
 * `timeoutMs`, so that a client does not wait for a database that does not answer.
 */
export function withTimeout<T>(verification: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = setDeadline(timeoutMs, () =>
      reject(
        new AppError(
          "status.unavailable",
          "The status of the certificate could not be checked in time, so the request was not processed. Try again in a moment.",
          { retryAfterSeconds: 2 },
        ),
      ),
    );
    verification
      .then(resolve, reject)
      .finally(cancel)
      .catch(() => {});
  });
}
