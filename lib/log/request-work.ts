import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { recordEntry } from "./record";
import type { WorkView } from "./types-of-proof";
import { addWork, findWork } from "./waiting-work";

type WorkDeps = Pick<Deps, "db" | "clock" | "random" | "source">;

/** How many entries a drill may copy, and how many it copies unless told. */
export const drillEntries = { least: 10, usual: 2_000, most: 50_000 } as const;

/** Asks for a verification of the whole log; the leading door begins within seconds. Needs audit.verify. `entryId` names the work (see `getWork`). */
export async function requestVerification(
  deps: WorkDeps,
  actor: Actor,
): Promise<{ entryId: string }> {
  authorize(actor, "audit.verify");
  const { entryId } = await recordEntry(deps, actor, {
    action: "verification.requested",
    outcome: "success",
    target: null,
    details: { by: "person" },
  });
  await addWork(deps.db, entryId, "verification");
  return { entryId };
}

/** Asks for a tamper drill on a throwaway copy of the first entries. Needs audit.verify. Errors: `input.invalid`. */
export async function requestDrill(
  deps: WorkDeps,
  actor: Actor,
  input: Readonly<{ entries?: number | undefined }> = {},
): Promise<{ entryId: string }> {
  authorize(actor, "audit.verify");
  const { entries = drillEntries.usual } = input;
  if (!Number.isInteger(entries) || entries < drillEntries.least || entries > drillEntries.most) {
    const message = `A drill copies ${drillEntries.least} to ${drillEntries.most} entries.`;
    throw new AppError("input.invalid", message, {
      findings: [{ code: "input.invalid", path: "entries", message }],
    });
  }
  const { entryId } = await recordEntry(deps, actor, {
    action: "drill.requested",
    outcome: "success",
    target: null,
    details: { entries },
  });
  await addWork(deps.db, entryId, "drill");
  return { entryId };
}

/** How far asked work is, by the id of the entry that asked for it. Needs audit.read. Errors: `work.not-found`. */
export async function getWork(deps: Pick<Deps, "db">, actor: Actor, id: string): Promise<WorkView> {
  authorize(actor, "audit.read");
  const work = await findWork(deps.db, id);
  if (!work)
    throw new AppError(
      "work.not-found",
      "There is no such work, or it ended more than a month ago.",
      { kind: "not-found" },
    );
  return work;
}
