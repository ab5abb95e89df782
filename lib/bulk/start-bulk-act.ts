import type { Actor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction, uniqueViolation } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { authorizeBulk } from "./authorize-bulk";
import { insertBulk } from "./bulk-repository";
import { bulkRowOf, idsDigest } from "./bulk-row";
import { replaceByOf } from "@/lib/bulk/select/replace-by";
import { bulkDto, bulkTarget } from "./bulk-dto";
import { describeSelection } from "./preview-bulk-act";
import { type BulkDto, nounOf, type StartBulkInput } from "./schema";
import { findBulkAssignee } from "@/lib/bulk/select/select-alerts";
import { selectItems } from "@/lib/bulk/select/select-items";

/**
 * Starts what a dry run showed: the gateway then does it to each item, in the actor's name,
 * whether or not the actor waits. `expect` is what the dry run counted; if the selection is no
 * longer exactly that, nothing is started. Errors: `bulk.changed`, `bulk.running` if the same was
 * started already, and as `selectItems`.
 */
export async function startBulkAct(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  input: StartBulkInput,
): Promise<Recorded<BulkDto>> {
  authorizeBulk(actor, input.act);
  const selection = await selectItems(deps, actor, input);
  const { items } = selection;
  const filter = input.filter ?? input.identityFilter ?? input.alertFilter;
  if (items.length !== input.expect.count || selection.sha256 !== input.expect.sha256)
    throw new AppError(
      "bulk.changed",
      `The dry run counted ${input.expect.count} ${nounOf(input.act)}. ${items.length === input.expect.count ? "One of them has changed since" : `Now it would be ${items.length}`}. Nothing was done. Run it again.`,
    );
  const assignee = await findBulkAssignee(deps, input);
  const replaceBy = replaceByOf(input, deps.clock.now());
  const { excluded, lastDay } = await describeSelection(deps, input, selection);
  const ids = items.map(({ id }) => id);
  const row = bulkRowOf(
    deps,
    actor,
    { ...input, replaceBy },
    { ids, states: items.map(({ state }) => state), digest: selection.sha256 },
  );
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    await insertBulk(tx, row);
    return {
      result: null,
      entries: [
        {
          action: "bulk.started",
          outcome: "success",
          target: bulkTarget(row),
          details: {
            act: input.act,
            ...(input.reason === undefined ? {} : { reason: input.reason }),
            comment: row.comment,
            ...(input.owner === undefined ? {} : { owner: input.owner }),
            ...(input.act === "assign-alert" ? { assignee } : {}),
            ...(input.resolution === undefined ? {} : { resolution: input.resolution }),
            ...(replaceBy === null ? {} : { replaceBy: replaceBy.toISOString() }),
            ...(filter === undefined ? {} : { filter: JSON.stringify(filter) }),
            count: items.length,
            excluded: excluded.map(({ why, count }) => `${count} ${why}`).join(", "),
            usedLastDay: lastDay.certificates,
            services: lastDay.services,
            sha256: selection.sha256,
            idsSha256: idsDigest(ids),
          },
        },
      ],
    };
  }).catch((error: unknown) => {
    if (uniqueViolation(error) === null) throw error;
    throw new AppError("bulk.running", "The same was started a moment ago, and is running.");
  });
  const assigneeLabel = assignee?.label ?? null;
  return { result: bulkDto({ ...row, assigneeLabel, done: 0, changed: 0, refused: 0 }), entryId };
}
