import { AppError } from "@/lib/errors/app-error";
import { makeFairQueue, type FairQueue } from "./fair-queue";

/**
 * The queue of this process for password hashes. Two run at once: each takes 64 MiB and one of
 * Node's four worker threads, which DNS lookups and database connections need too. The rest wait,
 * and networks take turns. Rejects with `session.busy`.
 */
export const makeHashQueue = (): FairQueue =>
  makeFairQueue(
    { concurrent: 2, waitingInGroup: 16, waiting: 256 },
    () =>
      new AppError(
        "session.busy",
        "Too many sign-ins from this network are waiting. Try again in a few seconds.",
        { retryAfterSeconds: 10 },
      ),
  );
