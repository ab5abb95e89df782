import { systemActor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import type { DrillAttack } from "./drills";
import { recordEntry } from "./record";
import { endWork } from "./waiting-work";

type FinishDeps = Pick<Deps, "db" | "clock" | "random" | "source">;
export type FinishedDrill = Readonly<{
  requestEntryId: string;
  entries: number;
  milliseconds: number;
  attacks: readonly DrillAttack[];
  failed: string | null;
}>;

const LONGEST_SQL = 1_000,
  LONGEST_FINDING = 600;

/** Records what a drill found, or why it could not be done. Returns the entry's id. */
export async function finishDrill(
  deps: FinishDeps,
  { requestEntryId, entries, milliseconds, attacks, failed }: FinishedDrill,
): Promise<string> {
  const missed = attacks
    .filter(({ caughtBy, expected }) => !caughtBy.includes(expected))
    .map(({ name }) => name);
  const reason =
    failed ?? (missed.length > 0 ? `not caught as it has to be: ${missed.join(", ")}` : undefined);
  const { entryId } = await recordEntry(
    deps,
    systemActor("drill", newId("req", deps.clock.now(), deps.random.bytes)),
    {
      action: "drill.finished",
      outcome: reason === undefined ? "success" : "failure",
      ...(reason === undefined ? {} : { reason }),
      target: null,
      details: {
        requestEntryId,
        entries,
        milliseconds: Math.round(milliseconds),
        attacks: attacks.map((attack) => ({
          ...attack,
          sql: attack.sql.map((line) => line.slice(0, LONGEST_SQL)),
          finding: attack.finding.slice(0, LONGEST_FINDING),
        })),
      },
    },
  );
  await endWork(deps.db, [requestEntryId], reason ?? "every attack was caught");
  return entryId;
}
