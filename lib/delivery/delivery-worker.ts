import { dayMs } from "@/lib/format/time-units";
import type { Deps } from "@/lib/runtime/deps";
import { attemptDelivery, type AttemptOptions } from "./attempt-delivery";
import {
  claimDueDeliveries,
  deleteFinishedDeliveries,
  failInterruptedAttempts,
  finishAttempt,
  type DeliveryRow,
} from "./delivery-repository";
import { findDestination } from "./destination-repository";
import { deliveryRetentionMs } from "./schema";

/** An attempt that has not finished after this time is considered interrupted. */
const leaseMs = 60_000;
/** Per destination, so that a slow one neither blocks others nor gets many requests at once. */
const maxConcurrentPerDestination = 2;

type WorkerDeps = Pick<Deps, "db" | "clock" | "publicUrl" | "delivery">;
export type DeliveryWorker = Readonly<{
  /** Claims due deliveries and starts sending them. Returns how many, without waiting for them. */
  sendDue: () => Promise<number>;
  /** Resolves when no attempt is in progress. */
  drained: () => Promise<void>;
  /** Deletes deliveries that finished more than 90 days ago. Returns how many. */
  deleteOld: () => Promise<number>;
}>;
type Options = AttemptOptions &
  Readonly<{ onDone?: () => void; onError?: (error: unknown) => void }>;

/**
 * Sends pending deliveries and retries failed ones, at least once each: if a process dies between
 * sending and recording the result, another one sends the delivery again under the same id. Several
 * workers may run at once.
 */
export function makeDeliveryWorker(
  deps: WorkerDeps,
  { onDone, onError, ...attemptOptions }: Options = {},
): DeliveryWorker {
  const inProgressByDestination = new Map<string, number>();
  const running = new Set<Promise<void>>();
  const addInProgress = (destinationId: string, change: 1 | -1): void => {
    const count = (inProgressByDestination.get(destinationId) ?? 0) + change;
    if (count > 0) inProgressByDestination.set(destinationId, count);
    else inProgressByDestination.delete(destinationId);
  };
  const run = async (delivery: DeliveryRow): Promise<void> => {
    try {
      await deliver(deps, delivery, attemptOptions);
    } catch (error) {
      // The result could not be stored. The delivery is claimed again when its lease has expired.
      onError?.(error);
    } finally {
      addInProgress(delivery.destinationId, -1);
      onDone?.();
    }
  };
  return {
    sendDue: async () => {
      const now = deps.clock.now();
      await failInterruptedAttempts(deps.db, new Date(now.getTime() - leaseMs), now);
      const claimed = await claimDueDeliveries(deps.db, {
        now,
        leaseUntil: new Date(now.getTime() + leaseMs),
        maxConcurrent: maxConcurrentPerDestination,
        inProgress: Object.fromEntries(inProgressByDestination),
      });
      for (const delivery of claimed) {
        addInProgress(delivery.destinationId, 1);
        const attempt: Promise<void> = run(delivery).then(() => {
          running.delete(attempt);
        });
        running.add(attempt);
      }
      return claimed.length;
    },
    drained: async () => {
      while (running.size > 0) await Promise.all(running);
    },
    deleteOld: () =>
      deleteFinishedDeliveries(deps.db, new Date(deps.clock.now().getTime() - deliveryRetentionMs)),
  };
}

async function deliver(
  deps: WorkerDeps,
  delivery: DeliveryRow,
  options: AttemptOptions,
): Promise<void> {
  const { id, attempts: attempt, createdAt } = delivery;
  const destination = await findDestination(deps.db, delivery.destinationId);
  if (destination === null) throw new Error(`the destination of ${id} is gone`);
  const result = await attemptDelivery(deps, destination, delivery, options);
  const now = deps.clock.now();
  const retryAt = result.ok ? null : nextRetry(attempt, createdAt, now);
  const status = result.ok ? "sent" : retryAt === null ? "failed" : "pending";
  await finishAttempt(deps.db, { id, attempt, ...result, status, nextAt: retryAt ?? now, now });
}

const retrySeconds = [1, 5, 30, 120, 600, 3600] as const;
const giveUpAfterMs = dayMs;

/**
 * When to retry after attempt number `attempt` failed: after seconds at first, then hourly. Null
 * one day after the delivery was created.
 */
export function nextRetry(attempt: number, createdAt: Date, now: Date): Date | null {
  const seconds = retrySeconds[Math.min(attempt, retrySeconds.length) - 1] ?? 1;
  const at = now.getTime() + seconds * 1000;
  return at > createdAt.getTime() + giveUpAfterMs ? null : new Date(at);
}
