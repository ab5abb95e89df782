import type { Deps } from "@/lib/deps";
import { attemptDelivery, type Knobs } from "./attempt-delivery";
import {
  claimDue,
  closeInterrupted,
  deleteDeliveries,
  endAttempt,
  type DeliveryRow,
} from "./delivery-repository";
import { findDestination } from "./destination-repository";
import { nextAttempt } from "./next-attempt";
import { deliveriesKeptMs } from "./schema";

/** What a process has taken counts as lost after so long; an attempt takes a sixth of it at most. */
const LOST_AFTER_MS = 60_000;
/** A destination that is slow keeps no other waiting, and is not asked by more than this many at once. */
const LANES = 2;

export type Courier = Readonly<{
  /** Takes what is due and sends it; returns, without waiting for the answers, how many it took. */
  turn: () => Promise<number>;
  /** Resolves when nothing is under way. */
  settled: () => Promise<void>;
  /** Forgets what was over 90 days ago. Returns how many deliveries. */
  clear: () => Promise<number>;
}>;
type Options = Knobs & Readonly<{ onDone?: () => void; onError?: (error: unknown) => void }>;

/**
 * Sends what waits, and again what failed, each at least once: a process that dies between sending and writing it down has it sent again by another
 * under the same id. Several may run at once.
 */
export function makeCourier(
  deps: Pick<Deps, "db" | "clock" | "publicUrl" | "delivery">,
  { onDone, onError, ...knobs }: Options = {},
): Courier {
  const busy = new Map<string, number>(),
    underWay = new Set<Promise<void>>();
  const count = (id: string, by: number): void => {
    const now = (busy.get(id) ?? 0) + by;
    if (now > 0) busy.set(id, now);
    else busy.delete(id);
  };
  const carry = async (delivery: DeliveryRow): Promise<void> => {
    try {
      await carryOne(deps, delivery, knobs);
    } catch (error) {
      // The database went away: the attempt is lost, and the delivery is taken up again.
      onError?.(error);
    } finally {
      count(delivery.destinationId, -1);
      onDone?.();
    }
  };
  return {
    async turn() {
      const now = deps.clock.now();
      await closeInterrupted(deps.db, new Date(now.getTime() - LOST_AFTER_MS), now);
      const taken = await claimDue(deps.db, {
        now,
        lostAt: new Date(now.getTime() + LOST_AFTER_MS),
        lanes: LANES,
        busy: Object.fromEntries(busy),
      });
      for (const delivery of taken) {
        count(delivery.destinationId, 1);
        const carried: Promise<void> = carry(delivery).then(() => {
          underWay.delete(carried);
        });
        underWay.add(carried);
      }
      return taken.length;
    },
    settled: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    clear: () => deleteDeliveries(deps.db, new Date(deps.clock.now().getTime() - deliveriesKeptMs)),
  };
}

async function carryOne(
  deps: Pick<Deps, "db" | "clock" | "publicUrl" | "delivery">,
  delivery: DeliveryRow,
  knobs: Knobs,
): Promise<void> {
  const { id, attempts: attempt, createdAt } = delivery,
    destination = await findDestination(deps.db, delivery.destinationId);
  if (destination === null) throw new Error(`the destination of ${id} is gone`);
  const outcome = await attemptDelivery(deps, destination, delivery, knobs),
    now = deps.clock.now();
  const again = outcome.ok ? null : nextAttempt(attempt, createdAt, now);
  const status = outcome.ok ? "sent" : again === null ? "failed" : "pending";
  await endAttempt(deps.db, { id, attempt, ...outcome, status, nextAt: again ?? now, now });
}
