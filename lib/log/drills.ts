import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Database } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { recordOf } from "./summary";
import type { EntryDetails } from "./types";

export type DrillAttack = EntryDetails["drill.finished"]["attacks"][number];

/** What a drill found, as its entry says. `ok`: every attack was caught by the control that has to. */
export type DrillReport = Readonly<{
  seq: number;
  entryId: string;
  requestEntryId: string;
  at: string;
  ok: boolean;
  entries: number;
  milliseconds: number;
  attacks: readonly DrillAttack[];
  /** Why it could not be done; null if it was. */
  failed: string | null;
}>;

type Row = { seq: string; entry_id: string; entry: Buffer };

const MOST_LISTED = 50;

function reportOf({ seq, entry_id: entryId, entry }: Row): DrillReport {
  const { ts, outcome, reason, details } = recordOf(entry),
    { requestEntryId, entries, milliseconds, attacks } = details as EntryDetails["drill.finished"];
  return {
    seq: Number(seq),
    entryId,
    requestEntryId,
    at: ts,
    ok: outcome === "success",
    entries,
    milliseconds,
    attacks,
    failed: attacks.length === 0 ? (reason ?? "it could not be done") : null,
  };
}

async function readDrills({ pool }: Pick<Database, "pool">, most: number): Promise<DrillReport[]> {
  const { rows } = await pool.query<Row>(
    "select e.seq, e.entry_id, e.entry from tlog.search s join tlog.entry e using (seq) where s.action = 'drill.finished' and not s.is_read order by s.seq desc limit $1",
    [most],
  );
  return rows.map(reportOf);
}

/** The last drills, newest first. Needs audit.read. */
export async function listDrills(deps: Pick<Deps, "db">, actor: Actor): Promise<DrillReport[]> {
  authorize(actor, "audit.read");
  return readDrills(deps.db, MOST_LISTED);
}

/** One drill, by its entry's number or id, or by the id of the entry that asked for it. Needs audit.read. Errors: `drill.not-found`. */
export async function getDrill(
  deps: Pick<Deps, "db">,
  actor: Actor,
  id: string,
): Promise<DrillReport> {
  authorize(actor, "audit.read");
  const found = (await readDrills(deps.db, 1_000)).find((drill) =>
    [String(drill.seq), drill.entryId, drill.requestEntryId].includes(id),
  );
  if (!found)
    throw new AppError("drill.not-found", "There is no such drill, or it has not finished yet.", {
      kind: "not-found",
    });
  return found;
}
