import { AppError } from "@/lib/errors/app-error";
import { makeFairQueue, type FairQueue } from "./fair-queue";

/**
 * The queue of this process for private keys that it makes for others. An RSA key takes most of a
 * second of one of Node's four worker threads, so two are made at once, and callers take turns. What
 * waits is done well before a repeated request with its Idempotency-Key may take over. Rejects with
 * `key.busy`.
 */
export const makeKeyQueue = (): FairQueue =>
  makeFairQueue(
    { concurrent: 2, waitingInGroup: 4, waiting: 16 },
    () =>
      new AppError(
        "key.busy",
        "Too many requests for keys are waiting. Try again in a few seconds, or make the key where it is used and send a CSR.",
        { retryAfterSeconds: 5 },
      ),
  );
