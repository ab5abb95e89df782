import type { Actor } from "@/lib/auth/actor";
import { authorize, scopeOf } from "@/lib/auth/permissions";
import { certificateItem } from "@/lib/certificates/certificate-dto";
import type { Deps } from "@/lib/deps";
import { formatIso } from "@/lib/format/time";
import { describeEntry } from "@/lib/log/describe-entry";
import type { EntryRecord } from "@/lib/log/types";
import {
  countByDay,
  countByStatus,
  countIdentities,
  findAuthorityLines,
  findExpiring,
  findLatest,
} from "./overview-repository";
import type { LatestRow } from "./overview-repository";
import type { DayCount, Overview } from "./schema";

const dayMs = 86_400_000,
  shownDays = 30,
  shownExpiring = 8,
  shownLatest = 10;

/** Thirty days, today last, with zeros where nothing happened. */
function fillDays(found: readonly DayCount[], now: Date): DayCount[] {
  const byDay = new Map(found.map((count) => [count.day, count]));
  return Array.from({ length: shownDays }, (_, index) => {
    const day = new Date(now.getTime() - (shownDays - 1 - index) * dayMs)
      .toISOString()
      .slice(0, 10);
    return byDay.get(day) ?? { day, issued: 0, refused: 0, revoked: 0 };
  });
}

function latestOf(row: LatestRow): Overview["latest"][number] {
  const record = JSON.parse(Buffer.from(row.entry).toString("utf8")) as EntryRecord;
  return {
    id: record.id,
    seq: Number(row.seq),
    ts: record.ts,
    action: record.action,
    outcome: record.outcome,
    sentence: describeEntry(record),
    targetId: record.target?.id ?? null,
  };
}

/** The first page's figures. The latest acts are those about certificates for whoever may not read the audit log. */
export async function getOverview(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
): Promise<Overview> {
  authorize(actor, "overview.read");
  const { db } = deps,
    now = deps.clock.now(),
    today = new Date(Math.floor(now.getTime() / dayMs) * dayMs);
  const [counts, expiring, days, latest, authorities, identities] = await Promise.all([
    countByStatus(db, now),
    findExpiring(db, now, shownExpiring),
    countByDay(db, new Date(today.getTime() - (shownDays - 1) * dayMs)),
    findLatest(db, scopeOf(actor.role, "audit.read") !== "all", shownLatest),
    findAuthorityLines(db),
    countIdentities(db),
  ]);
  return {
    counts,
    expiringCount: expiring.count,
    expiring: expiring.rows.map((row) => certificateItem(row, now)),
    days: fillDays(days, now),
    latest: latest.map(latestOf),
    authorities: authorities.map(({ notAfter, crlNextUpdate, ...line }) => ({
      ...line,
      notAfter: notAfter && formatIso(notAfter),
      crlNextUpdate: crlNextUpdate && formatIso(crlNextUpdate),
    })),
    identities,
  };
}
