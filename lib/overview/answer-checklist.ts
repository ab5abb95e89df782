import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Recorded } from "@/lib/log/record/recorded";
import { recordEntry } from "@/lib/log/record/record-entry";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import type { Deps } from "@/lib/runtime/deps";
import type { ConfirmableStep } from "./schema";

type AnswerDeps = Pick<Deps, "db" | "recorder">;

/**
 * Records that an administrator did a step which nothing in Chancery shows. The entry is all that is
 * kept of it.
 */
export async function confirmStep(
  deps: AnswerDeps,
  actor: Actor,
  { step }: Readonly<{ step: ConfirmableStep }>,
): Promise<Recorded<null>> {
  authorize(actor, "accounts.write");
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "setup.step-confirmed",
    outcome: "success",
    target: null,
    details: { step },
  });
  await awaitIndexed(deps.db);
  return { result: null, entryId };
}

/** Records that the checklist is not shown any more, to any administrator. */
export async function dismissChecklist(deps: AnswerDeps, actor: Actor): Promise<Recorded<null>> {
  authorize(actor, "accounts.write");
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "setup.checklist-dismissed",
    outcome: "success",
    target: null,
    details: {},
  });
  await awaitIndexed(deps.db);
  return { result: null, entryId };
}
