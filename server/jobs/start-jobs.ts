import { hostname } from "node:os";
import { makeWitnessCheckpointReader } from "@/lib/log/cosign/read-witness-checkpoints";
import { makeCosignatureCollector } from "@/lib/log/cosign/collect-cosignatures";
import { readWitnessPolicy } from "@/lib/log/cosign/read-witness-policy";
import { type Pipeline, startLogPipeline } from "@/lib/log/publish/pipeline";
import { makePipelineHealthCheck } from "@/lib/log/publish/pipeline-health";
import type { StalledReader } from "@/lib/log/sequence/stall-watch";
import { seekLeadership } from "@/lib/maintenance/leadership";
import { probeWrite } from "@/lib/maintenance/probe-write";
import type { Deps } from "@/lib/runtime/deps";
import type { Env } from "@/lib/runtime/env";
import { type Logger, errorText } from "@/lib/runtime/logger";
import { isSetUp } from "@/lib/setup/is-set-up";
import type { AuthorityState } from "@/server/status/authority-state";
import type { Check } from "@/server/status/readiness";
import type { StatusService } from "@/server/status/status-service";
import type { ServerNames } from "@/lib/net/server-names";
import type { TlsManager } from "@/server/tls/tls-manager";
import { startAlerts } from "./alerts";
import { startAnchoring } from "./anchoring";
import { startBulkActs } from "./bulk-acts";
import { startCrlPublisher } from "./crl-publisher";
import { startDeliveries } from "./deliveries";
import { startDrills } from "./drills";
import { startHeadlessSetup } from "./headless-setup";
import { startJob, type Job } from "./job";
import { startMaintenance } from "./maintenance";
import { startOcspResponders } from "./ocsp-responders";
import { startSources } from "./sources";
import { startTlsCertificate } from "./tls-certificate";
import { startVerifications } from "./verifications";
import { watchHaltedLog } from "./watch-halted-log";
import { startReaderWatch } from "./watch-readers";
import { watchLog, type LogChangeHandlers } from "./watch-log";

export type JobsOptions = Readonly<{
  deps: Deps;
  env: Env;
  log: Logger;
  names: ServerNames;
  tls: TlsManager;
  authorities: AuthorityState;
  service: StatusService;
}>;

/** Starts all background jobs. Authorities and CRLs are in memory when it resolves. */
export async function startJobs(
  options: JobsOptions,
): Promise<Readonly<{ stop: () => Promise<void> }>> {
  const { deps, env, log, names, tls, authorities, service } = options;
  const pipeline = startPublishing(deps, env, log);
  const setUp = await makeSetUpCheck(options);
  const responders = startOcspResponders(deps, authorities.index, log);
  const https = startTlsCertificate(deps, tls, authorities.index, names, log);
  const publisher = startCrlPublisher(deps, authorities.index, service.crls, log);
  const anchoring = startAnchoring(deps, env, log);
  const verifications = startVerifications(deps, env, log);
  const drills = startDrills(deps, log);
  const bulkActs = startBulkActs(deps, log);
  const deliveries = startDeliveries(deps, log);
  const alerts = startAlerts(deps, log, () => watch.stalled());
  const maintenance = startMaintenance(deps, log);
  const sources = startSources(deps, log);
  const setup = startHeadlessSetup(deps, env, log);
  const reload = startReload(options, [responders.job, https, publisher.job]);
  const watch = await startWatching(options, publisher, reload, alerts.check);
  const ofLeader = [alerts, verifications, drills, bulkActs, deliveries];
  const leaderJobs = [publisher, maintenance, sources, anchoring, ...ofLeader];
  const leadership = seekLeadership(deps, "chancery gateway jobs", (leading) => {
    for (const job of leaderJobs) job.lead(leading);
  });
  service.connect({
    responderOf: responders.of,
    checks: makeReadinessChecks(deps, service.statuses.trusted, pipeline),
    stalledReaders: watch.stalled,
    setUp,
  });
  const jobs = [
    reload,
    setup,
    responders.job,
    https,
    publisher.job,
    anchoring.job,
    ...maintenance.jobs,
    ...ofLeader,
  ];
  return {
    stop: async () => {
      await Promise.all(jobs.map((job) => job.stop()));
      await Promise.all([leadership.stop(), watch.stop()]);
      await sources.stop();
      await pipeline.stop();
    },
  };
}

type Watching = Readonly<{
  stop: () => Promise<void>;
  stalled: () => readonly StalledReader[];
}>;

/** Follows the log, and what is revoked while it is halted; watches that all readers go on. */
async function startWatching(
  { deps, log, service }: JobsOptions,
  publisher: ReturnType<typeof startCrlPublisher>,
  reload: Job,
  onStall: () => void,
): Promise<Watching> {
  const handlers = makeLogHandlers(service, publisher, reload);
  const watch = await watchLog(deps, handlers);
  const halted = watchHaltedLog(deps, handlers.statusChanged, log);
  const readers = startReaderWatch(deps, watch.position, onStall, log);
  return {
    stalled: readers.stalled,
    stop: async () => {
      await Promise.all([watch.stop(), halted.stop(), readers.job.stop()]);
    },
  };
}

/** Reloads the authorities each minute and when triggered, then triggers the jobs that use them. */
const startReload = (options: JobsOptions, dependents: readonly Job[]): Job =>
  startJob({
    name: "authorities",
    log: options.log,
    work: async () => {
      await reloadAuthorities(options);
      for (const job of dependents) job.trigger();
      return 60_000;
    },
  });

/** A flood of entries that can't be read must not reload the authorities for each batch. */
const reloadAfterUnreadableMs = 2_000;

function makeLogHandlers(
  { statuses, crls }: StatusService,
  publisher: ReturnType<typeof startCrlPublisher>,
  reload: Job,
): LogChangeHandlers {
  return {
    statusChanged: (ids) => {
      for (const id of ids) statuses.invalidate(id);
      publisher.changed(ids);
    },
    authoritiesChanged: () => reload.trigger(),
    crlIssued: (authorityId) => void crls.reload(authorityId).catch(() => reload.trigger(1_000)),
    unreadable: () => {
      statuses.invalidateAll();
      reload.trigger(reloadAfterUnreadableMs);
    },
    connected: (now) => {
      statuses.setTrusted(now);
      // Changes that were missed while disconnected or starting are in the tables.
      if (now) reload.trigger();
    },
  };
}

const pendingSetupMessage = (env: Env): string =>
  env.CHANCERY_ADMIN_EMAIL === ""
    ? "pending: open the setup link shown in the terminal"
    : "pending: being set up from the environment";

/** Logs a problem once, and its end when the next checkpoint is published. */
function startPublishing(deps: Deps, env: Env, log: Logger): Pipeline {
  const policy = readWitnessPolicy({
    file: env.CHANCERY_WITNESS_POLICY,
    dataFolder: env.CHANCERY_DATA,
    text: env.CHANCERY_WITNESS_POLICY_TEXT,
  });
  let problem = "";
  return startLogPipeline(deps, {
    ...(policy.witnesses.length === 0
      ? {}
      : {
          collectCosignatures: makeCosignatureCollector(deps, policy),
          readWitnessCheckpoints: makeWitnessCheckpointReader(policy),
        }),
    onMessage: (text) => log.warn(text),
    onError: (error) => {
      const reason = errorText(error);
      if (reason !== problem) log.warn(`log: ${reason}; retrying`);
      problem = reason;
    },
    onPublished: () => {
      if (problem !== "") log.info("log: publishing again");
      problem = "";
    },
  });
}

/**
 * Reads the authorities. A node that does so while another one sets the database up may see only some
 * of them: it isn't ready before it has read them again.
 */
async function makeSetUpCheck(options: JobsOptions): Promise<Check> {
  const { deps, env } = options;
  let isRead = await isSetUp(deps);
  await reloadAuthorities(options);
  return async () => {
    if (!(await isSetUp(deps))) return pendingSetupMessage(env);
    if (isRead) return null;
    await reloadAuthorities(options);
    isRead = true;
    return "reading the CAs";
  };
}

async function reloadAuthorities({ authorities, service, tls }: JobsOptions): Promise<void> {
  const before = authorities.index().all.length;
  await Promise.all([authorities.reload(), service.crls.reload(null)]);
  const all = authorities.index().all;
  if (all.length !== before) tls.trust(all.map((authority) => authority.certificateDer));
}

function makeReadinessChecks(
  deps: Deps,
  isConnected: () => boolean,
  { lastError }: Pipeline,
): Readonly<Record<string, Check>> {
  return {
    publishing: makePipelineHealthCheck(deps, {
      lastError,
      elapsed: () => performance.now(),
    }),
    // What a write would say: a database that only reads is no use to any caller.
    database: () => probeWrite(deps, hostname()),
    signer: async () => {
      await deps.signer.ping();
      return null;
    },
    log: async () => (isConnected() ? null : "not connected to the log"),
  };
}
