import { makeCourier } from "@/lib/delivery/courier";
import type { Deps } from "@/lib/deps";
import { startJob } from "@/server/jobs/job";
import { reasonOf, type DoorLog } from "@/server/listeners/door-log";

export type Deliveries = Readonly<{ lead: (leading: boolean) => void; stop: () => Promise<void> }>;

const LOOK_EVERY_MS = 500,
  CLEAR_EVERY_MS = 3_600_000,
  GRACE_MS = 2_000;

/** Sends alerts where they are to go, where this node leads: looks twice a second, and again as soon as something is done. Without a key for their secrets nothing is sent. */
export function startDeliveries(deps: Deps, log: DoorLog): Deliveries {
  let leading = false,
    clearedAt = -Infinity;
  const courier = makeCourier(deps, {
    onDone: () => {
      job.nudge();
    },
    onError: (error) => {
      log.warn(`deliveries: ${reasonOf(error)}; it is sent again`);
    },
  });
  const job = startJob({
    name: "deliveries",
    log,
    work: async () => {
      if (!leading || deps.delivery === undefined) return LOOK_EVERY_MS;
      await courier.turn();
      if (performance.now() - clearedAt > CLEAR_EVERY_MS) {
        await courier.clear();
        clearedAt = performance.now();
      }
      return LOOK_EVERY_MS;
    },
  });
  return {
    lead: (now) => {
      leading = now;
      if (now) job.nudge();
    },
    // What does not answer in time is sent again by whoever leads next.
    stop: async () => {
      await job.stop();
      await Promise.race([
        courier.settled(),
        new Promise((resolve) => {
          setTimeout(resolve, GRACE_MS).unref();
        }),
      ]);
    },
  };
}
