import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { destinationNotFound, destinationTarget } from "./destination-dto";
import { lockDestination, retryDeliveriesNow } from "./destination-repository";
import { getDestination } from "./read-destinations";
import type { DestinationDto } from "./schema";

/**
 * Makes the pending deliveries of a destination due now, for when its receiver is back. Those being
 * sent are left alone, so none is sent twice. Errors: `destination.not-found`, `destination.paused`.
 */
export async function retryDestination(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  id: string,
): Promise<Recorded<DestinationDto>> {
  authorize(actor, "destinations.write");
  const now = deps.clock.now();
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockDestination(tx, id);
    if (row === null || row.status === "removed") throw destinationNotFound();
    if (row.status === "paused")
      throw new AppError(
        "destination.paused",
        `${row.name} is paused. Resume it to send what waits.`,
      );
    const count = await retryDeliveriesNow(tx, id, now);
    return {
      result: null,
      entries: [
        {
          action: "destination.retried",
          outcome: "success",
          target: destinationTarget(row),
          details: { count },
        },
      ],
    };
  });
  return { result: await getDestination(deps, actor, id), entryId };
}
