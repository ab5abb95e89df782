import type { Deps } from "@/lib/deps";
import { wholeCrl } from "@/lib/authorities/schema";
import { makeAnswerOcsp } from "@/lib/status/answer-ocsp";
import { makeStatusCache } from "@/lib/status/status-cache";
import type { StatusCache } from "@/lib/status/status-cache";
import { makeSerialReader } from "@/lib/status/read-status";
import type { Responder } from "@/lib/status/types";
import type { AuthorityState } from "@/server/jobs/authority-state";
import { reasonOf } from "@/server/listeners/door-log";
import type { DoorLog } from "@/server/listeners/door-log";
import { makeCrlStore } from "@/server/status/crl-store";
import type { CrlStore } from "@/server/status/crl-store";
import { makeGauges } from "@/server/status/gauges";
import { makeMetrics } from "@/server/status/metrics";
import type { Metrics } from "@/server/status/metrics";
import { makeReadiness } from "@/server/status/readiness";
import type { Check } from "@/server/status/readiness";
import { makeStatusDoor } from "@/server/status/status-door";
import type { StatusDoor } from "@/server/status/status-door";

export type StatusServiceParts = Readonly<{
  deps: Deps;
  authorities: AuthorityState;
  draining: () => boolean;
  log: DoorLog;
}>;

/** The status services with their memory; the jobs fill and drop it. */
export type StatusService = Readonly<{
  door: StatusDoor;
  statuses: StatusCache;
  crls: CrlStore;
  metrics: Metrics;
  /** Where the jobs say how to ask them: responders by authority, and what else has to work before the door is ready. */
  connect: (
    ways: Readonly<{
      responderOf: (authorityId: string) => Responder | null;
      checks: Readonly<Record<string, Check>>;
      setUp: Check;
    }>,
  ) => void;
}>;

const rememberedStatuses = 200_000;

/** Everything empty; `connect` and the jobs bring it to life. */
export function makeStatusService({
  deps,
  authorities,
  draining,
  log,
}: StatusServiceParts): StatusService {
  const now = () => deps.clock.now().getTime();
  const statuses = makeStatusCache(makeSerialReader(deps), rememberedStatuses),
    crls = makeCrlStore(deps),
    metrics = makeMetrics();
  let responderOf: (authorityId: string) => Responder | null = () => null;
  let checks: Readonly<Record<string, Check>> = {},
    setUp: Check = async () => "is starting";
  const saySometimes = makeSaySometimes(log, now);
  const answer = makeAnswerOcsp({
    index: authorities.index,
    responderOf: (id) => responderOf(id),
    statuses,
    now,
    onError: (error) => saySometimes(`OCSP: ${reasonOf(error)}`),
  });
  const named = (): Record<string, Check> => ({
    ...checks,
    status: async () => missingStatus(authorities, (id) => responderOf(id), crls),
  });
  const readiness = makeReadiness({ checks: named, setUp: () => setUp(), draining, now });
  const door = makeStatusDoor({
    ocsp: { answer, count: metrics.countOcsp, now },
    index: authorities.index,
    authorityFiles: authorities.files,
    crls,
    readiness,
    metrics,
    now,
    gauges: makeGauges({ deps, index: authorities.index, crls, statuses }),
  });
  return {
    door,
    statuses,
    crls,
    metrics,
    connect: (ways) => {
      responderOf = ways.responderOf;
      checks = ways.checks;
      setUp = ways.setUp;
    },
  };
}

/** What is still missing before every authority's status is served. */
function missingStatus(
  { index }: AuthorityState,
  responderOf: (id: string) => Responder | null,
  crls: CrlStore,
): string | null {
  const silent = index()
    .all.filter(({ id }) => responderOf(id) === null)
    .map(({ slug }) => slug);
  const bare = index()
    .all.filter(({ id }) => crls.find(id, wholeCrl) === null)
    .map(({ slug }) => slug);
  if (silent.length > 0) return `no OCSP responder yet for ${silent.join(", ")}`;
  return bare.length > 0 ? `no CRL yet for ${bare.join(", ")}` : null;
}

/** Says the same kind of trouble at most once every ten seconds: requests come in thousands. */
function makeSaySometimes(log: DoorLog, now: () => number): (text: string) => void {
  let last = -Infinity;
  return (text) => {
    if (now() - last < 10_000) return;
    last = now();
    log.warn(text);
  };
}
