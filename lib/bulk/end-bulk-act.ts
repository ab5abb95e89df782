import type { Actor } from "@/lib/access/actor";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { bulkTarget } from "./bulk-dto";
import { type BulkHead, endBulk, lockBulk } from "./bulk-repository";
import { type BulkAct, type BulkStatus, nounOf } from "./schema";

type End = Readonly<{ status: Exclude<BulkStatus, "running">; cause?: string }>;

/**
 * Ends a bulk action, with the figures of what was done in its entry: no item changes afterwards.
 * The entry is null if it had ended before.
 */
export async function endBulkAct(
  deps: Pick<Deps, "clock" | "recorder">,
  actor: Actor,
  id: string,
  { status, cause }: End,
): Promise<MaybeRecorded<BulkHead | null>> {
  const endedAt = deps.clock.now();
  let before: BulkHead | null = null;
  const ended = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const row = await lockBulk(tx, id);
    before = row;
    if (row?.status !== "running") return null;
    const end = { status, cause: cause ?? null, endedAt };
    await endBulk(tx, id, end);
    return { result: { ...row, ...end }, entries: [entryOf(row, status, cause)] };
  });
  return ended ?? { result: before, entryId: null };
}

function entryOf(row: BulkHead, status: End["status"], cause: string | undefined): NewEntry {
  const { total, done, changed, refused } = row;
  const noun = nounOf(row.act as BulkAct);
  return {
    action: `bulk.${status}`,
    outcome: "success",
    target: bulkTarget(row),
    details: {
      ...(noun === "certificates" ? {} : { of: noun }),
      total,
      done,
      changed,
      refused,
      untried: total - done - changed - refused,
      ...(cause === undefined ? {} : { cause }),
    },
  } as NewEntry;
}
