import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { attemptDelivery, type Knobs } from "./attempt-delivery";
import { endAttempt, findDelivery, insertTest } from "./delivery-repository";
import { deliveryView, destinationTarget, noSuchDestination } from "./destination-dto";
import { findDestination } from "./destination-repository";
import type { TestResult } from "./schema";

/** Sends a test message at once, once, and says how it went; also to a destination that is paused. Takes as long as the other side, at most ten seconds. Errors: `destination.not-found`. */
export async function testDestination(
  deps: Pick<Deps, "db" | "clock" | "random" | "publicUrl" | "delivery">,
  actor: Actor,
  id: string,
  knobs: Knobs = {},
): Promise<TestResult> {
  authorize(actor, "destinations.write");
  const row = await findDestination(deps.db, id);
  if (row === null || row.status === "removed") throw noSuchDestination();
  const now = deps.clock.now(),
    delivery = { id: newId("dlv", now, deps.random.bytes), destinationId: id, createdAt: now };
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    await insertTest(tx, delivery);
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
  const outcome = await attemptDelivery(
      deps,
      row,
      { id: delivery.id, reason: "test", alertId: null },
      knobs,
    ),
    ended = deps.clock.now();
  await endAttempt(deps.db, {
    id: delivery.id,
    attempt: 1,
    ...outcome,
    status: outcome.ok ? "sent" : "failed",
    nextAt: ended,
    now: ended,
  });
  const kept = await findDelivery(deps.db, delivery.id);
  if (kept === null) throw new Error(`the test ${delivery.id} is gone`);
  return { delivery: deliveryView(kept), ...outcome, entryId: entryIds[0] ?? "" };
}
