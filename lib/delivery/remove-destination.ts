import { settingsDigest } from "./settings-digest";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { configOf, destinationTarget, destinationNotFound, shownConfig } from "./destination-dto";
import {
  failPendingDeliveries,
  lockDestination,
  updateDestinationRow,
} from "./destination-repository";
import { getDestination } from "./read-destinations";
import type { DestinationDto, RemoveInput } from "./schema";

/**
 * Removes a destination permanently and deletes its secret. Its pending deliveries fail; its
 * history stays. Errors: `destination.not-found`.
 */
export async function removeDestination(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  id: string,
  { comment }: RemoveInput,
): Promise<Recorded<DestinationDto>> {
  authorize(actor, "destinations.write");
  const now = deps.clock.now();
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockDestination(tx, id);
    if (row === null || row.status === "removed") throw destinationNotFound();
    const config = shownConfig(configOf(row));
    await updateDestinationRow(tx, id, {
      status: "removed",
      config,
      sealed: null,
      changedAt: now,
    });
    await failPendingDeliveries(tx, id, now);
    return {
      result: null,
      entries: [
        {
          action: "destination.removed",
          outcome: "success",
          target: destinationTarget(row),
          details: { comment, settingsDigest: settingsDigest({ config, sealed: null }) },
        },
      ],
    };
  });
  return { result: await getDestination(deps, actor, id), entryId };
}
