import { hourMs } from "@/lib/format/time-units";
import { makeDeliveryWorker } from "@/lib/delivery/delivery-worker";
import { sealReadableUrls } from "@/lib/delivery/seal-readable-urls";
import type { Deps } from "@/lib/runtime/deps";
import { type Logger, errorText } from "@/lib/runtime/logger";
import { startJob } from "./job";

export type DeliveryJob = Readonly<{ lead: (leading: boolean) => void; stop: () => Promise<void> }>;

const pollEveryMs = 500,
  cleanUpEveryMs = hourMs,
  graceMs = 2_000;

/**
 * On the leader, sends notifications that are due: polls twice a second, and again as soon as one
 * is finished. Sends nothing without the key that seals the destinations' secrets.
 */
export function startDeliveries(deps: Deps, log: Logger): DeliveryJob {
  let leading = false,
    areUrlsSealed = false,
    cleanedUpAt = -Infinity;
  const courier = makeDeliveryWorker(deps, {
    onDone: () => {
      job.trigger();
    },
    onError: (error) => {
      log.warn(`deliveries: ${errorText(error)}; retrying`);
    },
  });
  // Once: no version that is running now stores another one.
  const sealUrls = async (): Promise<void> => {
    areUrlsSealed = true;
    await sealReadableUrls(deps).catch((error: unknown) => {
      log.warn(`deliveries: ${errorText(error)}`);
    });
  };
  const job = startJob({
    name: "deliveries",
    log,
    work: async () => {
      if (!leading || deps.delivery === undefined) return pollEveryMs;
      if (!areUrlsSealed) await sealUrls();
      await courier.sendDue();
      if (performance.now() - cleanedUpAt > cleanUpEveryMs) {
        await courier.deleteOld();
        cleanedUpAt = performance.now();
      }
      return pollEveryMs;
    },
  });
  return {
    lead: (isLeader) => {
      leading = isLeader;
      if (isLeader) job.trigger();
    },
    // A delivery that is not confirmed in time is sent again by the next leader.
    stop: async () => {
      await job.stop();
      await Promise.race([
        courier.drained(),
        new Promise((resolve) => {
          setTimeout(resolve, graceMs).unref();
        }),
      ]);
    },
  };
}
