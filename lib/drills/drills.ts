import { type Actor, systemActor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { readDrillDetails } from "@/lib/log/read-details";
import type { StoredRow } from "@/lib/log/entry-summary";
import { factRun } from "@/lib/log/pure/search-tokens";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import { findRows } from "@/lib/log/segments/find-rows";
import { readEntry } from "@/lib/log/read-entry";
import { makeSourceCheck } from "@/lib/log/live/check-sources";
import { finishWork } from "@/lib/log/live/pending-work";
import { readEntryRows } from "@/lib/log/live/read-entry-rows";
import { makeCheck } from "@/lib/log/reconcile/check";
import { makePacer } from "@/lib/log/reconcile/pacer";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { EntryDetails } from "@/lib/log/types";
import type { Database, Deps } from "@/lib/runtime/deps";

export type DrillAttack = EntryDetails["drill.finished"]["attacks"][number];

/** The result of a drill as recorded. `ok`: every attack was detected by the expected control. */
export type DrillReport = Readonly<{
  seq: number;
  entryId: string;
  requestEntryId: string;
  at: string;
  ok: boolean;
  entries: number;
  milliseconds: number;
  attacks: readonly DrillAttack[];
  /** Why the drill failed; null if it ran to its end. */
  failed: string | null;
}>;

const maxListedDrills = 50;

/** None for an entry that can't be read, or whose details have another form. */
function reportsOf({ seq, entry_id: entryId, entry }: StoredRow): DrillReport[] {
  const reading = readEntry(entry, entryId);
  const details = reading.readable ? readDrillDetails(reading.record) : null;
  if (!reading.readable || details === null) return [];
  const { ts, outcome, reason } = reading.record;
  const failed = details.attacks.length === 0 ? (reason ?? "the drill did not finish") : null;
  return [{ seq: Number(seq), entryId, at: ts, ok: outcome === "success", ...details, failed }];
}

/** One that has just ended is among them. */
async function readDrills(db: Database, limit: number): Promise<DrillReport[]> {
  await awaitIndexed(db);
  const rows = await findRows(db, { all: [[factRun("action", "drill.finished")]] }, limit);
  return rows.flatMap(reportsOf);
}

/** The most recent drills, newest first. Needs audit.read. */
export async function listDrills(deps: Pick<Deps, "db">, actor: Actor): Promise<DrillReport[]> {
  authorize(actor, "audit.read");
  return readDrills(deps.db, maxListedDrills);
}

/**
 * Gets a drill by the number or ID of its entry, or by the ID of the entry that requested it. Needs
 * audit.read. Errors: `drill.not-found`.
 */
export async function getDrill(
  deps: Pick<Deps, "db">,
  actor: Actor,
  id: string,
): Promise<DrillReport> {
  authorize(actor, "audit.read");
  const drill = (await readDrills(deps.db, 1_000)).find((drill) =>
    [String(drill.seq), drill.entryId, drill.requestEntryId].includes(id),
  );
  if (!drill) throw new AppError("drill.not-found", "Drill not found, or it has not finished yet.");
  return drill;
}

type FinishDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;
export type FinishedDrill = Readonly<{
  requestEntryId: string;
  entries: number;
  milliseconds: number;
  attacks: readonly DrillAttack[];
  failed: string | null;
}>;

const maxSqlChars = 1_000;
const maxFindingChars = 600;

/** Records the result of a drill, or why it failed. Returns the entry's ID. */
export async function finishDrill(
  deps: FinishDeps,
  { requestEntryId, entries, milliseconds, attacks, failed }: FinishedDrill,
): Promise<string> {
  const missed = attacks
    .filter(({ caughtBy, expected }) => !caughtBy.includes(expected))
    .map(({ name }) => name);
  const reason =
    failed ??
    (missed.length > 0 ? `not detected by the expected control: ${missed.join(", ")}` : undefined);
  const { entryId } = await recordEntry(
    deps.recorder,
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
          sql: attack.sql.map((line) => line.slice(0, maxSqlChars)),
          finding: attack.finding.slice(0, maxFindingChars),
        })),
      },
    },
  );
  await finishWork(deps.db, [requestEntryId], reason ?? "every attack was detected");
  return entryId;
}

const pageSize = 1_000;
const maxExtraEntries = 5_000;

/**
 * Reads the first `count` entries of the log, and as many more as it takes for the copy to be
 * consistent: a heartbeat can refer to entries that follow it.
 */
export async function readFirstEntries(
  db: Pick<Database, "pool">,
  count: number,
): Promise<{ bytes: Uint8Array; id: string }[]> {
  const copied: { bytes: Uint8Array; id: string }[] = [];
  const sources = makeSourceCheck({ sources: makeCheck() });
  const pacer = makePacer();
  while (
    copied.length < count ||
    (sources.hasMissing() && copied.length < count + maxExtraEntries)
  ) {
    const rows = await readEntryRows(
      db,
      copied.length,
      copied.length + (copied.length < count ? Math.min(pageSize, count - copied.length) : 100),
      pacer,
    );
    if (rows.length === 0) break;
    for (const { seq, entry, entryId, reading } of rows) {
      copied.push({ bytes: entry, id: entryId ?? "" });
      if (reading.readable) sources.add(seq, reading.record);
    }
  }
  return copied;
}
