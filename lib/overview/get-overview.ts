import { dayMs } from "@/lib/format/time-units";
import type { Actor } from "@/lib/access/actor";
import { authorize, scopeOf } from "@/lib/access/permissions";
import { certificateItem } from "@/lib/certificates/certificate-dto";
import { formatIso } from "@/lib/format/time";
import { type StoredRow, toEntrySummary } from "@/lib/log/entry-summary";
import type { Deps } from "@/lib/runtime/deps";
import {
  countByDay,
  countByStatus,
  countIdentities,
  countOverdueRotations,
  findAuthoritySummaries,
  findExpiring,
  findLatest,
} from "./overview-repository";
import type { DayCount, Overview } from "./schema";

const dayCount = 30;
const expiringCount = 8;
const latestCount = 10;

/** The last thirty days, today last, with zeros for days without entries. */
function fillDays(counts: readonly DayCount[], now: Date): DayCount[] {
  const byDay = new Map(counts.map((count) => [count.day, count]));
  return Array.from({ length: dayCount }, (_, index) => {
    const day = new Date(now.getTime() - (dayCount - 1 - index) * dayMs).toISOString().slice(0, 10);
    return byDay.get(day) ?? { day, issued: 0, refused: 0, revoked: 0 };
  });
}

function latestOf(row: StoredRow): Overview["latest"][number] {
  const { id, seq, ts, action, outcome, sentence, target } = toEntrySummary(row);
  return { id, seq, ts, action, outcome, sentence, targetId: target?.id ?? null };
}

/**
 * The figures of the overview page. Without the permission to read the audit log, the latest entries
 * are only those about certificates.
 */
export async function getOverview(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
): Promise<Overview> {
  authorize(actor, "overview.read");
  const { db } = deps;
  const now = deps.clock.now();
  const today = new Date(Math.floor(now.getTime() / dayMs) * dayMs);
  const [counts, expiring, overdueRotations, days, latest, authorities, identities] =
    await Promise.all([
      countByStatus(db, now),
      findExpiring(db, now, expiringCount),
      countOverdueRotations(db, now),
      countByDay(db, new Date(today.getTime() - (dayCount - 1) * dayMs)),
      findLatest(db, scopeOf(actor.role, "audit.read") !== "all", latestCount),
      findAuthoritySummaries(db),
      countIdentities(db),
    ]);
  const { shortLived, ...byStatus } = counts;
  return {
    counts: byStatus,
    shortLived,
    expiringCount: expiring.count,
    expiring: expiring.rows.map((row) => certificateItem(row, now)),
    overdueRotations,
    days: fillDays(days, now),
    latest: latest.map(latestOf),
    authorities: authorities.map(({ notAfter, crlNextUpdate, ...authority }) => ({
      ...authority,
      notAfter: notAfter && formatIso(notAfter),
      crlNextUpdate: crlNextUpdate && formatIso(crlNextUpdate),
    })),
    identities,
  };
}
