import { dayMs } from "@/lib/format/time-units";
import type { Actor } from "@/lib/access/actor";
import { authorize, scopeOf } from "@/lib/access/permissions";
import { certificateItem } from "@/lib/certificates/certificate-dto";
import { formatIso } from "@/lib/format/time";
import { toEntrySummary } from "@/lib/log/entry-summary";
import type { EntrySummary } from "@/lib/log/schema";
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
/** So many are read that Chancery's own routine, as after a start, leaves enough of the others. */
const latestRead = 100;

/** The last thirty days, today last, with zeros for days without entries. */
function fillDays(counts: readonly DayCount[], now: Date): DayCount[] {
  const byDay = new Map(counts.map((count) => [count.day, count]));
  return Array.from({ length: dayCount }, (_, index) => {
    const day = new Date(now.getTime() - (dayCount - 1 - index) * dayMs).toISOString().slice(0, 10);
    return byDay.get(day) ?? { day, issued: 0, refused: 0, revoked: 0 };
  });
}

function latestOf(summary: EntrySummary): Overview["latest"][number] {
  const { id, seq, ts, action, outcome, sentence, target } = summary;
  return { id, seq, ts, action, outcome, sentence, targetId: target?.id ?? null };
}

/** What Chancery does by itself, without alerts, revocations and what failed. */
const isRoutine = ({ actor, action, outcome }: EntrySummary): boolean =>
  actor.kind === "system" &&
  outcome === "success" &&
  !action.startsWith("alert.") &&
  action !== "certificate.revoked";

/**
 * The figures of the overview page. Without the permission to read the audit log, the latest entries
 * are only those about certificates. Chancery's own routine is left out of them.
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
      findLatest(db, scopeOf(actor.role, "audit.read") !== "all", latestRead),
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
    latest: latest
      .map(toEntrySummary)
      .filter((summary) => !isRoutine(summary))
      .slice(0, latestCount)
      .map(latestOf),
    authorities: authorities.map(({ notAfter, crlNextUpdate, ...authority }) => ({
      ...authority,
      notAfter: notAfter && formatIso(notAfter),
      crlNextUpdate: crlNextUpdate && formatIso(crlNextUpdate),
    })),
    identities,
  };
}
