import type { Deps } from "@/lib/deps";
import type { Env } from "@/lib/env";
import { makeAskWitnesses } from "@/lib/log/cosign/ask-all-remembered";
import { makeCosign } from "@/lib/log/cosign/make-cosign";
import { readWitnessPolicy } from "@/lib/log/cosign/read-policy";
import { makePublishingCheck } from "@/lib/log/publish/check-publishing";
import { startLogPipeline } from "@/lib/log/publish/pipeline";
import type { Pipeline } from "@/lib/log/publish/pipeline";
import { isSetUp } from "@/lib/setup/is-set-up";
import { seekLeadership } from "@/lib/upkeep/lead";
import { startAlerts } from "@/server/jobs/alerts";
import type { AuthorityState } from "@/server/jobs/authority-state";
import { startCrlPublisher } from "@/server/jobs/crl-publisher";
import { startDeliveries } from "@/server/jobs/deliveries";
import { startDrills } from "@/server/jobs/drill";
import { startHeadlessSetup } from "@/server/jobs/headless-setup";
import { startJob } from "@/server/jobs/job";
import { startLogWatch } from "@/server/jobs/log-watch";
import { startResponders } from "@/server/jobs/responders";
import { startSources } from "@/server/jobs/sources";
import { startTlsCertificate } from "@/server/jobs/tls-certificate";
import { startUpkeep } from "@/server/jobs/upkeep";
import { startVerifications } from "@/server/jobs/verification";
import { startAnchoring } from "@/server/log/anchor-job";
import { reasonOf } from "@/server/listeners/door-log";
import type { DoorLog } from "@/server/listeners/door-log";
import type { Check } from "@/server/status/readiness";
import type { StatusService } from "@/server/status/status-service";
import type { OwnNames } from "@/server/tls/own-names";
import type { TlsKeeper } from "@/server/tls/tls-keeper";

export type JobsParts = Readonly<{
  deps: Deps;
  env: Env;
  log: DoorLog;
  names: OwnNames;
  tls: TlsKeeper;
  authorities: AuthorityState;
  service: StatusService;
}>;

/** Starts everything that runs without being asked. Authorities and CRLs are in memory when it returns. */
export async function startJobs(
  parts: JobsParts,
): Promise<Readonly<{ stop: () => Promise<void> }>> {
  const { deps, env, log, names, tls, authorities, service } = parts,
    { statuses, crls } = service;
  const pipeline = startPublishing(deps, env, log);
  await refresh(parts);
  const responders = startResponders(deps, authorities.index, log);
  const https = startTlsCertificate(deps, tls, authorities.index, names, log);
  const publisher = startCrlPublisher(deps, authorities.index, crls, log);
  const anchoring = startAnchoring(deps, env, log);
  const verifications = startVerifications(deps, env, log),
    drills = startDrills(deps, env, log),
    deliveries = startDeliveries(deps, log);
  const alerts = startAlerts(deps, log),
    upkeep = startUpkeep(deps, log),
    sources = startSources(deps, log),
    setup = startHeadlessSetup(deps, env, log);
  const look = startJob({
    name: "authorities",
    log,
    work: async () => {
      await refresh(parts);
      for (const job of [responders.job, https, publisher.job]) job.nudge();
      return 60_000;
    },
  });
  const watch = await startLogWatch(deps, {
    statusChanged: (ids) => {
      for (const id of ids) statuses.drop(id);
      publisher.changed(ids);
    },
    authoritiesChanged: () => look.nudge(),
    crlIssued: (authorityId) => void crls.reload(authorityId).catch(() => look.nudge(1_000)),
    hearing: (now) => {
      statuses.setTrusted(now);
      // What was missed while deaf, and what happened while all this started, is in the tables.
      if (now) look.nudge();
    },
  });
  const leadership = seekLeadership(deps, "chancery door jobs", (leading) => {
    publisher.lead(leading);
    upkeep.lead(leading);
    sources.lead(leading);
    alerts.lead(leading);
    anchoring.lead(leading);
    verifications.lead(leading);
    drills.lead(leading);
    deliveries.lead(leading);
  });
  const awaited =
    env.CHANCERY_ADMIN_EMAIL === ""
      ? "pending: open the setup link that the terminal shows"
      : "pending: being set up as the environment asks";
  service.connect({
    responderOf: responders.of,
    checks: makeChecks(deps, statuses.trusted, pipeline),
    setUp: async () => ((await isSetUp(deps)) ? null : awaited),
  });
  const jobs = [look, setup, responders.job, https, publisher.job, anchoring.job, ...upkeep.jobs];
  return {
    stop: async () => {
      await Promise.all(
        [...jobs, alerts, verifications, drills, deliveries].map((job) => job.stop()),
      );
      await Promise.all([leadership.stop(), watch.stop()]);
      await sources.stop();
      await pipeline.stop();
    },
  };
}

/** Says the same trouble once, and that it is over when the next checkpoint is published. */
function startPublishing(deps: Deps, env: Env, log: DoorLog): Pipeline {
  const policy = readWitnessPolicy({
    file: env.CHANCERY_WITNESS_POLICY,
    dataFolder: env.CHANCERY_DATA,
  });
  let said = "";
  return startLogPipeline(deps, {
    ...(policy.witnesses.length === 0
      ? {}
      : { cosign: makeCosign(deps, policy), askWitnesses: makeAskWitnesses(policy) }),
    say: (text) => log.warn(text),
    onError: (error) => {
      const reason = reasonOf(error);
      if (reason !== said) log.warn(`log: ${reason}; trying again`);
      said = reason;
    },
    onPublished: () => {
      if (said !== "") log.info("log: published again");
      said = "";
    },
  });
}

async function refresh({ authorities, service, tls }: JobsParts): Promise<void> {
  const before = authorities.index().all.length;
  await Promise.all([authorities.reload(), service.crls.reload(null)]);
  const all = authorities.index().all;
  if (all.length !== before) tls.trust(all.map((authority) => authority.certificateDer));
}

function makeChecks(
  deps: Deps,
  hearing: () => boolean,
  { trouble }: Pipeline,
): Readonly<Record<string, Check>> {
  return {
    publishing: makePublishingCheck(deps, { trouble, elapsed: () => performance.now() }),
    database: async () => {
      await deps.db.pool.query("select 1");
      return null;
    },
    signer: async () => {
      await deps.signer.ping();
      return null;
    },
    log: async () => (hearing() ? null : "the log cannot be heard at the moment"),
  };
}
