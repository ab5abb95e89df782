import { wholeCrl } from "@/lib/authorities/schema";
import type { BoundaryKind } from "@/lib/runtime/env";
import type { Deps } from "@/lib/runtime/deps";
import { type Logger, errorText } from "@/lib/runtime/logger";
import { stalledText, type StalledReader } from "@/lib/log/sequence/stall-watch";
import { makeAnswerOcsp } from "@/lib/status/answer-ocsp";
import { findOutdatedCrls } from "@/lib/status/outdated-crls";
import { getLogSize, makeStatusReader } from "@/lib/status/read-status";
import { makeStatusCache, type StatusCache } from "@/lib/status/status-cache";
import type { Responder, StatusKey, StatusRow } from "@/lib/status/types";
import type { AuthorityState } from "./authority-state";
import { type CrlStore, makeCrlStore } from "./crl-store";
import { makeGauges } from "./gauges";
import { diskOf, makeDiskCheck, type ReadDisk } from "./machine-gauges";
import { makeMetrics, type Metrics } from "./metrics";
import type { OcspService } from "./ocsp-handler";
import { type Check, makeReadiness, type Readiness } from "./readiness";
import {
  makeStatusHandler,
  renderMetrics,
  type StatusHandler,
  type StatusHandlerDeps,
} from "./status-handler";

export type StatusServiceOptions = Readonly<{
  deps: Deps;
  authorities: AuthorityState;
  draining: () => boolean;
  isLocal: StatusHandlerDeps["isLocal"];
  log: Logger;
  /** The disk that fills up; by default that of the working folder. */
  disk?: ReadDisk;
  boundary?: BoundaryKind;
}>;

/** The status services with their caches, which the jobs fill and invalidate. */
export type StatusService = Readonly<{
  handler: StatusHandler;
  ocsp: OcspService;
  statuses: StatusCache;
  crls: CrlStore;
  metrics: Metrics;
  operations: Readonly<{
    metrics: () => Promise<string>;
    readiness: () => Promise<Readiness>;
  }>;
  /** Called by the jobs once they run: OCSP responders by authority, and readiness checks. */
  connect: (jobs: StatusJobs) => void;
}>;

type StatusJobs = Readonly<{
  responderOf: (authorityId: string) => Responder | null;
  checks: Readonly<Record<string, Check>>;
  stalledReaders: () => readonly StalledReader[];
  setUp: Check;
}>;

const startingJobs: StatusJobs = {
  responderOf: () => null,
  checks: {},
  stalledReaders: () => [],
  setUp: async () => "starting",
};

const maxCachedStatuses = 200_000;

/** After a burst the index is behind for seconds; while it is built again, for minutes. */
const buildingFrom = 65_536;

type Watched = Pick<Required<StatusServiceOptions>, "deps" | "disk"> &
  Readonly<{ crls: CrlStore; stalledReaders: () => readonly StalledReader[] }>;

const warningsOf = ({
  deps,
  crls,
  stalledReaders,
  disk,
}: Watched): Readonly<Record<string, Check>> => ({
  crl: () => describeOutdatedCrls(deps, crls),
  index: () => describeBuilding(deps),
  readers: async () => stalledReaders().map(stalledText).join("; ") || null,
  disk: makeDiskCheck(disk),
});

async function describeBuilding(deps: Pick<Deps, "db">): Promise<string | null> {
  const { size, indexed } = await getLogSize(deps);
  return size - indexed < buildingFrom ? null : `indexed to ${indexed} of ${size}`;
}

/** Starts with empty caches; usable after `connect`. */
export function makeStatusService({
  deps,
  authorities,
  draining,
  isLocal,
  log,
  disk = diskOf("."),
  boundary = "unknown",
}: StatusServiceOptions): StatusService {
  const now = () => deps.clock.now().getTime();
  const metrics = makeMetrics();
  const crls = makeCrlStore(deps);
  const statuses = makeStatusCache(readStatusOrStatement(deps, crls), maxCachedStatuses);
  let jobs = startingJobs;
  const stalledReaders = () => jobs.stalledReaders();
  const warnSometimes = makeThrottledWarning(log, now);
  const { index } = authorities;
  const answer = makeAnswerOcsp({
    index,
    responderOf: (id) => jobs.responderOf(id),
    statuses,
    now,
    onError: (error) => warnSometimes(`OCSP: ${errorText(error)}`),
  });
  const readiness = makeReadiness({
    checks: (): Record<string, Check> => ({
      ...jobs.checks,
      status: async () => findMissingStatus(authorities, jobs.responderOf, crls),
    }),
    warnings: () => warningsOf({ deps, crls, stalledReaders, disk }),
    setUp: () => jobs.setUp(),
    draining,
    now,
    boundary,
  });
  const gauges = makeGauges({ deps, index, crls, statuses, stalledReaders, disk });
  const ocsp: OcspService = { answer, count: metrics.countOcsp, now };
  const handler = makeStatusHandler({
    ocsp,
    index,
    authorityFiles: authorities.files,
    crls,
    readiness,
    metrics,
    now,
    gauges,
    isLocal,
  });
  return {
    handler,
    ocsp,
    statuses,
    crls,
    metrics,
    operations: { metrics: () => renderMetrics({ metrics, gauges }), readiness },
    connect: (started) => void (jobs = started),
  };
}

async function describeOutdatedCrls(deps: Deps, crls: CrlStore): Promise<string | null> {
  const whole = crls.newest().filter(({ shard }) => shard === wholeCrl);
  const outdated = await findOutdatedCrls(deps, whole);
  return outdated.length === 0 ? null : `without a revocation: ${outdated.join(", ")}`;
}

/**
 * A serial number that the database has lost, in a restore from an older backup, is what the CRL
 * states.
 */
function readStatusOrStatement(
  deps: Deps,
  crls: CrlStore,
): (key: StatusKey) => Promise<StatusRow | null> {
  const read = makeStatusReader(deps);
  return async (key) => {
    const row = await read(key);
    const entry = row === null ? await crls.statement(key.issuerId, key.serial) : null;
    if (entry === null) return row;
    const { reason, revokedAt } = entry;
    const state = reason === "certificateHold" ? "held" : "revoked";
    return { certificateId: "", state, revokedAt, reason, notAfter: revokedAt };
  };
}

/** What is missing before the status of every CA is served. */
function findMissingStatus(
  { index }: AuthorityState,
  responderOf: (id: string) => Responder | null,
  crls: CrlStore,
): string | null {
  // The database can be set up, by another node, before this one has read its CAs.
  if (index().all.length === 0) return "no CA yet";
  const withoutResponder = index()
    .all.filter(({ id }) => responderOf(id) === null)
    .map(({ slug }) => slug);
  const withoutCrl = index()
    .all.filter(({ id }) => crls.find(id, wholeCrl) === null)
    .map(({ slug }) => slug);
  if (withoutResponder.length > 0)
    return `no OCSP responder yet for ${withoutResponder.join(", ")}`;
  return withoutCrl.length > 0 ? `no valid CRL for ${withoutCrl.join(", ")}` : null;
}

/** Logs at most one warning every ten seconds: requests come in thousands. */
function makeThrottledWarning(log: Logger, now: () => number): (text: string) => void {
  let last = -Infinity;
  return (text) => {
    if (now() - last < 10_000) return;
    last = now();
    log.warn(text);
  };
}
