import { hourMs } from "@/lib/format/time-units";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import {
  byNetworks,
  countInUse,
  neverUsed,
  type NeverUsedRow,
  openAlerts,
  refusalsSince,
  talliesSince,
  servicesSince,
  usesSince,
  watched,
  toUseView,
} from "./custody-view-repository";
import { custodyRange, type CustodyHours } from "./range";
import type { CustodyView, OutcomePoint } from "./types";

const most = 100;
const mostNever = 20;
const neverCap = 10_001;
const mostServices = 20;

type CustodyQuery = Readonly<{
  hours?: CustodyHours | undefined;
  /** Only this service; `services`, `neverUsed` and `alerts` are of all nevertheless. */
  service?: string | null | undefined;
}>;

/**
 * Certificate usage in the last hours: who used what from where, what was denied, and what was never
 * used. `from` is the start of the period (see custodyRange). Needs custody.read.
 */
export async function getCustody(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  { hours = 24, service = null }: CustodyQuery = {},
): Promise<CustodyView> {
  authorize(actor, "custody.read");
  const { db } = deps;
  const now = deps.clock.now();
  const { from, stepHours } = custodyRange(hours, now);
  const scope = { since: from, service };
  const [state, tallies, services, inUse, uses, refusals, never, networks, alerts] =
    await Promise.all([
      watched(db),
      talliesSince(db, scope, stepHours),
      servicesSince(db, from, mostServices),
      countInUse(db, scope),
      usesSince(db, scope, most),
      refusalsSince(db, scope, most),
      neverUsed(db, now, mostNever, neverCap),
      byNetworks(db, scope, most),
      openAlerts(db),
    ]);
  const outcomes = pointsOf(tallies, {
    from: from.getTime(),
    upto: now.getTime(),
    stepMs: stepHours * hourMs,
  });
  return {
    upto: state.upto,
    size: state.size,
    hours,
    from: from.toISOString(),
    stepHours,
    outcomes,
    services: services.map(serviceView),
    uses: uses.map(toUseView),
    totals: { ...totalsOf(outcomes), ...inUse },
    refusals: refusals.map(({ code, service, count, last_at }) => ({
      code,
      service,
      count: Number(count),
      lastAt: last_at.toISOString(),
    })),
    neverUsed: { count: never.count, items: never.items.map(neverUsedView) },
    byNetworks: networks.map(({ identity_id, name, networks: n, certificates, last_at }) => ({
      identity: { id: identity_id, name },
      networks: n,
      certificates,
      lastAt: last_at.toISOString(),
    })),
    alerts: countAlerts(alerts),
  };
}

const serviceView = ({
  service,
  allowed,
  denied,
  failed,
}: Awaited<ReturnType<typeof servicesSince>>[number]): CustodyView["services"][number] => ({
  service,
  allowed: Number(allowed),
  denied: Number(denied),
  failed: Number(failed),
});

const neverUsedView = ({
  id,
  subject,
  identity_id,
  name,
  issued_at,
  not_after,
}: NeverUsedRow): CustodyView["neverUsed"]["items"][number] => ({
  id,
  subject,
  identity: { id: identity_id, name },
  issuedAt: issued_at.toISOString(),
  notAfter: not_after.toISOString(),
});

function totalsOf(
  outcomes: readonly OutcomePoint[],
): Readonly<{ allowed: number; denied: number; failed: number }> {
  const total = (pick: (point: OutcomePoint) => number): number =>
    outcomes.reduce((sum, point) => sum + pick(point), 0);
  return {
    allowed: total(({ allowed }) => allowed),
    denied: total(({ denied }) => denied),
    failed: total(({ failed }) => failed),
  };
}

function countAlerts(
  alerts: readonly Readonly<{ severity: string; count: number }>[],
): CustodyView["alerts"] {
  const countOf = (severity: string): number =>
    alerts.find((alert) => alert.severity === severity)?.count ?? 0;
  return {
    open: alerts.reduce((sum, { count }) => sum + count, 0),
    critical: countOf("critical"),
    high: countOf("high"),
    medium: countOf("medium"),
    low: countOf("low"),
  };
}

/** All steps from `from` on, including those without requests. */
function pointsOf(
  rows: readonly Readonly<{ at: Date; outcome: string; count: string }>[],
  { from, upto, stepMs }: Readonly<{ from: number; upto: number; stepMs: number }>,
): OutcomePoint[] {
  const points = new Map<number, { at: string; allowed: number; denied: number; failed: number }>();
  for (let at = from; at <= upto; at += stepMs)
    points.set(at, { at: new Date(at).toISOString(), allowed: 0, denied: 0, failed: 0 });
  for (const { at, outcome, count } of rows) {
    const point = points.get(at.getTime());
    if (
      point !== undefined &&
      (outcome === "allowed" || outcome === "denied" || outcome === "failed")
    )
      point[outcome] += Number(count);
  }
  return [...points.values()];
}
