import type { Actor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { authorizeBulk } from "./authorize-bulk";
import { bulkDto } from "./bulk-dto";
import { endBulkAct } from "./end-bulk-act";
import { bulkNotFound, getBulkAct } from "./read-bulk-acts";
import type { BulkDto } from "./schema";

/**
 * Cancels a bulk action that is running. What it has done stays done, and its entry says how much
 * that is. Errors: `bulk.not-found`, `bulk.ended`.
 */
export async function cancelBulkAct(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  id: string,
): Promise<Recorded<BulkDto>> {
  const { act } = await getBulkAct(deps, actor, id);
  authorizeBulk(actor, act === "revoke" ? "hold" : act);
  const { result, entryId } = await endBulkAct(deps, actor, id, { status: "canceled" });
  if (result === null) throw bulkNotFound();
  if (entryId === null)
    throw new AppError("bulk.ended", `It is ${result.status} already. Nothing was changed.`);
  return { result: bulkDto(result), entryId };
}
