import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { attemptDelivery, type AttemptOptions } from "./attempt-delivery";
import { finishAttempt, findDelivery, insertTestDelivery } from "./delivery-repository";
import { deliveryView, destinationTarget, destinationNotFound } from "./destination-dto";
import { findDestination } from "./destination-repository";
import type { TestResult } from "./schema";

/**
 * Sends one test message immediately, also to a paused destination, and returns the result. Takes
 * at most ten seconds. Errors: `destination.not-found`, `delivery.no-key`.
 */
export async function testDestination(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder" | "publicUrl" | "delivery">,
  actor: Actor,
  id: string,
  options: AttemptOptions = {},
): Promise<Recorded<TestResult>> {
  authorize(actor, "destinations.write");
  const row = await findDestination(deps.db, id);
  if (row === null || row.status === "removed") throw destinationNotFound();
  const now = deps.clock.now();
  const delivery = { id: newId("dlv", now, deps.random.bytes), destinationId: id, createdAt: now };
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    await insertTestDelivery(tx, delivery);
    return {
      result: null,
      entries: [
        {
          action: "destination.tested",
          outcome: "success",
          target: destinationTarget(row),
          details: { deliveryId: delivery.id },
        },
      ],
    };
  });
  const result = await attemptDelivery(
    deps,
    row,
    { id: delivery.id, reason: "test", alertId: null },
    options,
  );
  const finishedAt = deps.clock.now();
  await finishAttempt(deps.db, {
    id: delivery.id,
    attempt: 1,
    ...result,
    status: result.ok ? "sent" : "failed",
    nextAt: finishedAt,
    now: finishedAt,
  });
  const finished = await findDelivery(deps.db, delivery.id);
  if (finished === null) throw new Error(`the test ${delivery.id} is gone`);
  return { result: { delivery: deliveryView(finished), ...result }, entryId };
}
