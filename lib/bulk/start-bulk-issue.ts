import type { Actor } from "@/lib/access/actor";
import { authorizeBulk } from "./authorize-bulk";
import { bulkDto, bulkTarget } from "./bulk-dto";
import { insertBulk } from "./bulk-repository";
import { bulkRowOf, idsDigest } from "./bulk-row";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction, uniqueViolation } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { decideRows } from "@/lib/bulk/requests/decide-rows";
import { insertRequests } from "./requests-repository";
import type { BulkDto, StartBulkIssueInput } from "./schema";

/**
 * Starts what a dry run showed: the gateway then issues each certificate, in the actor's name, and
 * only as the dry run showed it. Rows that the dry run refused are left out. Errors: `forbidden`,
 * `bulk.changed`, `bulk.running` if the same was started already.
 */
export async function startBulkIssue(
  deps: Pick<Deps, "db" | "clock" | "random" | "publicUrl" | "recorder">,
  actor: Actor,
  input: StartBulkIssueInput,
): Promise<Recorded<BulkDto>> {
  authorizeBulk(actor, "issue");
  const { ready, lines, sha256 } = await decideRows(deps, actor, input);
  if (ready.length !== input.expect.count || sha256 !== input.expect.sha256)
    throw new AppError(
      "bulk.changed",
      `The dry run counted ${input.expect.count} certificates, and now something differs. Nothing was done. Run it again.`,
    );
  const items = {
    ids: ready.map(({ id }) => id),
    states: ready.map(({ previewSha256 }) => previewSha256),
    digest: sha256,
  };
  const row = bulkRowOf(deps, actor, { act: "issue", comment: input.comment }, items);
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    await insertBulk(tx, row);
    await insertRequests(tx, row.id, ready);
    return {
      result: null,
      entries: [
        {
          action: "bulk.started",
          outcome: "success",
          target: bulkTarget(row),
          details: {
            act: "issue",
            comment: row.comment,
            count: ready.length,
            excluded: ready.length === lines.length ? "" : `${lines.length - ready.length} refused`,
            usedLastDay: 0,
            services: 0,
            sha256,
            idsSha256: idsDigest(items.ids),
          },
        },
      ],
    };
  }).catch((error: unknown) => {
    if (uniqueViolation(error) === null) throw error;
    throw new AppError("bulk.running", "The same was started a moment ago, and is running.");
  });
  return {
    result: bulkDto({ ...row, assigneeLabel: null, done: 0, changed: 0, refused: 0 }),
    entryId,
  };
}
