import { AppError } from "@/lib/errors/app-error";
import { setDeadline } from "@/server/listeners/deadline";

const patienceMs = 250;

/** The same, or after 250 ms AppError `status.unavailable`: whoever stands at the door hears soon that nothing can be decided now. */
export function inTime<T>(decision: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = setDeadline(patienceMs, () =>
      reject(
        new AppError(
          "status.unavailable",
          "Whether the certificate still counts could not be looked up in time, so nothing was done. Try again in a moment.",
          { kind: "unavailable", retryAfterSeconds: 2 },
        ),
      ),
    );
    decision
      .then(resolve, reject)
      .finally(cancel)
      .catch(() => {});
  });
}
