import { dayMs } from "@/lib/format/time-units";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { readVerificationDetails } from "@/lib/log/read-details";
import type { StoredRow } from "@/lib/log/entry-summary";
import { factRun } from "@/lib/log/pure/search-tokens";
import { readEntry } from "@/lib/log/read-entry";
import { findRows } from "@/lib/log/segments/find-rows";
import type { VerificationView } from "@/lib/log/view-types";
import type { Deps } from "@/lib/runtime/deps";

const finished = { all: [[factRun("action", "verification.finished")]] };

/** So many entries are looked at for one that can be read. */
const lookedAt = 20;

/** The last verifications of the whole log, newest first. Needs audit.read. */
export async function listVerifications(
  { db }: Pick<Deps, "db">,
  actor: Actor,
  limit = 50,
): Promise<VerificationView[]> {
  authorize(actor, "audit.read");
  const rows = await findRows(db, finished, limit);
  return rows.flatMap(toVerificationViews);
}

/** The result of the last verification of the whole log, from its entry; null if there is none. */
export async function findLastVerification({
  db,
}: Pick<Deps, "db">): Promise<VerificationView | null> {
  const rows = await findRows(db, finished, lookedAt);
  return rows.flatMap(toVerificationViews)[0] ?? null;
}

/** None for an entry that can't be read, or whose details have another form. */
function toVerificationViews({ seq, entry_id: id, entry }: StoredRow): VerificationView[] {
  const reading = readEntry(entry, id);
  const details = reading.readable ? readVerificationDetails(reading.record) : null;
  if (!reading.readable || details === null) return [];
  const { level, size, milliseconds, problems, checks } = details;
  const { ts, outcome } = reading.record;
  const ok = outcome === "success";
  return [{ seq: Number(seq), at: ts, ok, level, size, milliseconds, problems, checks }];
}

/**
 * When the next scheduled verification is due, in milliseconds since 1970. The schedule is a time of
 * day `at` (UTC, "02:30"). If no verification has begun since the last such time before `now`, one
 * is due at once, so a run that was missed while Chancery was stopped is made up for. `lastBegan` is
 * null before the first verification; then the schedule starts at `since`, when the log began.
 */
export function nextVerificationAt(
  at: string,
  now: number,
  { lastBegan, since }: Readonly<{ lastBegan: number | null; since: number }>,
): number {
  const [hours = 0, minutes = 0] = at.split(":").map(Number);
  const today = Math.floor(now / dayMs) * dayMs + (hours * 60 + minutes) * 60_000;
  const latest = today <= now ? today : today - dayMs;
  return (lastBegan ?? since) < latest ? latest : latest + dayMs;
}
