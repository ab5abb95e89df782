import type { Actor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { viewDto } from "./list-views";
import { type SavedView, viewRename } from "./schema";
import { accountOfViews, authorizeList, refuseExistingView } from "./view-account";
import { lockView, updateView } from "./view-repository";

/** Renames a view of the actor. Errors: `view.not-found`, `view.exists`, `view.account`. */
export async function renameView(
  deps: Pick<Deps, "clock" | "recorder">,
  actor: Actor,
  id: string,
  input: Readonly<{ name: string }>,
): Promise<Recorded<SavedView>> {
  const accountId = accountOfViews(actor);
  const { name } = viewRename.parse(input);
  const now = deps.clock.now();
  return auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockView(tx, accountId, id);
    if (row === null) throw new AppError("view.not-found", "You have no view with this ID.");
    const { list } = viewDto(row);
    authorizeList(actor, list);
    await updateView(tx, id, { name, changedAt: now });
    return {
      result: viewDto({ ...row, name }),
      entries: [
        {
          action: "view.renamed",
          outcome: "success",
          target: { kind: "view", id, label: name },
          details: { list, from: row.name, name },
        },
      ],
    };
  }).catch((error: unknown) => refuseExistingView(error, name));
}
