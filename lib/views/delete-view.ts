import type { Actor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { viewDto } from "./list-views";
import type { SavedView } from "./schema";
import { accountOfViews, authorizeList } from "./view-account";
import { lockView, updateView } from "./view-repository";

/** Deletes a view of the actor. Errors: `view.not-found`, `view.account`. */
export async function deleteView(
  deps: Pick<Deps, "clock" | "recorder">,
  actor: Actor,
  id: string,
): Promise<Recorded<SavedView>> {
  const accountId = accountOfViews(actor);
  const now = deps.clock.now();
  return auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockView(tx, accountId, id);
    if (row === null) throw new AppError("view.not-found", "You have no view with this ID.");
    const { list } = viewDto(row);
    authorizeList(actor, list);
    await updateView(tx, id, { deletedAt: now, changedAt: now });
    return {
      result: viewDto(row),
      entries: [
        {
          action: "view.deleted",
          outcome: "success",
          target: { kind: "view", id, label: row.name },
          details: { list, name: row.name },
        },
      ],
    };
  });
}
