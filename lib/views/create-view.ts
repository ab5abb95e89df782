import type { Actor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { viewDto } from "./list-views";
import { canonicalQuery, maxViews, type SavedView, viewInput, type ViewInput } from "./schema";
import { accountOfViews, authorizeList, refuseExistingView } from "./view-account";
import { countViews, insertView } from "./view-repository";

/**
 * Saves filters of a list under a name, for the actor alone. Errors: `view.exists`,
 * `view.limit`, `view.account`.
 */
export async function createView(
  deps: Pick<Deps, "clock" | "random" | "recorder">,
  actor: Actor,
  input: ViewInput,
): Promise<Recorded<SavedView>> {
  const { list, name, query } = viewInput.parse(input);
  authorizeList(actor, list);
  const accountId = accountOfViews(actor);
  const now = deps.clock.now();
  const row = {
    id: newId("vew", now, deps.random.bytes),
    accountId,
    list,
    name,
    query: canonicalQuery(list, query) ?? "",
    createdAt: now,
    changedAt: now,
    deletedAt: null,
  };
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    if ((await countViews(tx, accountId)) >= maxViews)
      throw new AppError("view.limit", `You have ${maxViews} views. Delete one first.`);
    await insertView(tx, row);
    return {
      result: null,
      entries: [
        {
          action: "view.created",
          outcome: "success",
          target: { kind: "view", id: row.id, label: name },
          details: { list, name, filter: row.query },
        },
      ],
    };
  }).catch((error: unknown) => refuseExistingView(error, name));
  return { result: viewDto(row), entryId };
}
