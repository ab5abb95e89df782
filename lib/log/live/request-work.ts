import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { AppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { WorkView } from "@/lib/log/view-types";
import { insertWork, findWork } from "./pending-work";

type WorkDeps = Pick<Deps, "db" | "recorder">;

/** How many entries a drill copies: the limits and the default. */
export const drillSizes = { min: 10, default: 2_000, max: 50_000 } as const;

/**
 * Requests a verification of the whole log; the leading gateway starts it within seconds. Needs
 * audit.verify. The entry's id identifies the work (see `getWork`).
 */
export async function requestVerification(
  deps: WorkDeps,
  actor: Actor,
): Promise<Recorded<{ id: string }>> {
  authorize(actor, "audit.verify");
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "verification.requested",
    outcome: "success",
    target: null,
    details: { by: "person" },
  });
  await insertWork(deps.db, entryId, "verification");
  return { result: { id: entryId }, entryId };
}

/**
 * Requests a tamper drill on a throwaway copy of the log's first entries. Needs audit.verify. Throws
 * AppError `input.invalid`.
 */
export async function requestDrill(
  deps: WorkDeps,
  actor: Actor,
  input: Readonly<{ entries?: number | undefined }> = {},
): Promise<Recorded<{ id: string }>> {
  authorize(actor, "audit.verify");
  const { entries = drillSizes.default } = input;
  if (!Number.isInteger(entries) || entries < drillSizes.min || entries > drillSizes.max) {
    const message = `Enter a number of entries from ${drillSizes.min} to ${drillSizes.max}.`;
    throw new AppError("input.invalid", message, {
      findings: [{ code: "input.invalid", path: "entries", message }],
    });
  }
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "drill.requested",
    outcome: "success",
    target: null,
    details: { entries },
  });
  await insertWork(deps.db, entryId, "drill");
  return { result: { id: entryId }, entryId };
}

/**
 * The progress of requested work, by the id of the entry that requested it. Needs audit.read. Throws
 * AppError `work.not-found`.
 */
export async function getWork(deps: Pick<Deps, "db">, actor: Actor, id: string): Promise<WorkView> {
  authorize(actor, "audit.read");
  const work = await findWork(deps.db, id);
  if (!work)
    throw new AppError("work.not-found", "Job not found, or it finished more than a month ago.");
  return work;
}
