import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { destinationTarget, noSuchDestination } from "./destination-dto";
import { dropDeliveries, lockDestination, updateDestinationRow } from "./destination-repository";
import { getDestination } from "./get-destination";
import type { DestinationDto, RemoveInput } from "./schema";

/** Takes a destination out of use for ever and forgets its secret. What waits for it is given up; its history stays. Errors: `destination.not-found`. */
export async function removeDestination(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  id: string,
  { comment }: RemoveInput,
): Promise<DestinationDto & { entryId: string }> {
  authorize(actor, "destinations.write");
  const now = deps.clock.now();
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    const row = await lockDestination(tx, id);
    if (row === null || row.status === "removed") throw noSuchDestination();
    await updateDestinationRow(tx, id, { status: "removed", sealed: null, changedAt: now });
    await dropDeliveries(tx, id, now);
    return {
      result: null,
      entries: [
        {
          action: "destination.removed",
          outcome: "success",
          target: destinationTarget(row),
          details: { comment },
        },
      ],
    };
  });
  return { ...(await getDestination(deps, actor, id)), entryId: entryIds[0] ?? "" };
}
