import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { verifyCertificate } from "@/lib/client-auth/verify-certificate";
import { upgradeNames } from "@/lib/names/upgrade-names";
import { fingerprintOf } from "@/lib/status/list-roots";
import { upgradeServerUsages } from "@/lib/profiles/upgrade-server-usages";
import { openPublishedLogs, type PublishedLogCache } from "@/lib/log/publish/published-log-cache";
import { withDeadline, type GatewayDeps } from "@/lib/runtime/gateway-deps";
import type { Env } from "@/lib/runtime/env";
import { consoleSocket } from "@/lib/runtime/socket-paths";
import type { Logger } from "@/lib/runtime/logger";
import { makeAcmeHandler } from "@/server/acme/acme-handler";
import { makeApi } from "@/server/api/app";
import { makeAuthorizeHandler } from "@/server/authorize/authorize-handler";
import { makeCompatHandler } from "@/server/compat/compat-handler";
import { makeEstHandler } from "@/server/est/est-handler";
import { makeConsoleProxy } from "@/server/gateway/console-proxy/console-proxy";
import { checkSetupSettings } from "@/server/jobs/headless-setup";
import { shareCounters } from "@/server/jobs/share-counters";
import { startJobs } from "@/server/jobs/start-jobs";
import { type LogHandler, makeLogHandler } from "@/server/log/log-handler";
import { makeTileStore } from "@/server/log/tile-store";
import { type AuthorityState, makeAuthorityState } from "@/server/status/authority-state";
import { diskOf } from "@/server/status/machine-gauges";
import { makeStatusService, type StatusService } from "@/server/status/status-service";
import { makeEphemeralKey } from "@/server/tls/ephemeral-key";
import { makeSelfSigned } from "@/server/tls/self-signed";
import { type ServerNames, serverNames } from "@/lib/net/server-names";
import { makeTlsManager, type TlsManager } from "@/server/tls/tls-manager";
import { makeApiHandler } from "./api-handler";
import { makeDrain } from "./drain";
import { isLocal } from "./is-local";
import { openListeners, type Ports } from "./open-listeners";
import { makeRefuseCertificate } from "./refuse-certificate";
import { makeRefuseForeignOrigin } from "./refuse-foreign-origin";
import { makeRefuseMalformed } from "./refuse-malformed";
import { type HandlerDeps, makeRequestHandler } from "./request-handler";

export type Gateway = Readonly<{ ports: Ports; close: (graceMs: number) => Promise<void> }>;

const firstCertificateMs = 3_000;

/** Until there is a CA, whoever connects over HTTPS can only compare the fingerprint. */
function sayWhichCertificate(tls: Readonly<Pick<TlsManager, "current">>, log: Logger): void {
  const { selfSigned, certificateDer } = tls.current();
  if (selfSigned)
    log.info(
      `HTTPS uses a self-signed certificate until setup creates a CA; its SHA-256 is ${fingerprintOf(certificateDer)}`,
    );
}

/** Starts the gateway: jobs first, so that the log is running when the ports open. */
export async function startGateway(deps: GatewayDeps, env: Env, log: Logger): Promise<Gateway> {
  await checkSetupSettings(deps, env);
  const names = serverNames(env.CHANCERY_HOST, env.CHANCERY_PUBLIC_URL),
    hosts = [...names.dns, ...names.ips],
    drain = makeDrain();
  const tls = await startTls(deps, names);
  const authorities = makeAuthorityState(deps);
  const service = makeStatusService({
    deps,
    authorities,
    draining: drain.draining,
    isLocal: (request) => isLocal(request, hosts),
    log,
    disk: diskOf(env.CHANCERY_DATA),
    boundary: env.CHANCERY_BOUNDARY,
  });
  const jobs = await startJobs({ deps, env, log, names, tls, authorities, service });
  await upgradeEarlierVersion(deps, log);
  if (authorities.index().all.length > 0) await firstCertificate(tls);
  let ports = portsOf(env);
  const published = openPublishedLogs(deps),
    serveLog = makeLog(deps, published, service);
  const handlerDeps: HandlerDeps = {
    status: (...asked) => service.handler(...asked) || serveLog(...asked),
    metrics: service.metrics,
    authTimeoutMs: deps.authTimeoutMs,
    authorize: makeAuthorizeHandler(deps),
    ...makeRefusals(deps, () => ports.https),
    verify: makeVerify(deps, authorities),
    acme: makeAcmeHandler(deps, { serverNames: hosts, publicUrl: deps.publicUrl }),
    est: makeEstHandler(deps),
    compat: makeCompat(deps, authorities, service),
    api: makeApiHandler(makeApi(deps, { operations: service.operations, published })),
    console: makeConsoleProxy(consoleSocket(env.CHANCERY_RUN_DIR), log),
    serverNames: hosts,
    httpsPort: () => ports.https,
    publicUrl: deps.publicUrl,
  };
  try {
    ports = await openListeners({
      ...listenersOf(env),
      tls,
      drain,
      ocsp: service.ocsp,
      handlerOf: (listener) => makeRequestHandler(handlerDeps, listener),
    });
  } catch (error) {
    await jobs.stop();
    throw error;
  }
  sayWhichCertificate(tls, log);
  const stopSharing = env.CHANCERY_WORKERS > 1 ? shareCounters(service.metrics) : () => {};
  const close = async (graceMs: number): Promise<void> => {
    stopSharing();
    await drain.close(graceMs);
    await jobs.stop();
  };
  return { ports, close };
}

/** After a restart no client should see the self-signed certificate that was used before setup. */
const firstCertificate = (tls: TlsManager): Promise<unknown> =>
  Promise.race([tls.certified, pause(firstCertificateMs, undefined, { ref: false })]);

/**
 * Nothing is issued before a database from an earlier version has the names that its certificates
 * carry, and the key usages of server profiles.
 */
async function upgradeEarlierVersion(deps: GatewayDeps, log: Logger): Promise<void> {
  await upgradeNames(deps, (identities, names) => {
    log.info(`binding names of earlier certificates: ${names} of ${identities} identities`);
  });
  const profiles = await upgradeServerUsages(deps);
  if (profiles.length > 0)
    log.info(
      `new versions of the profiles ${profiles.join(", ")}: server certificates with RSA keys now have keyEncipherment, which NSS requires`,
    );
}

/** TLS with a key of this process, self-signed until a CA exists. */
async function startTls(deps: GatewayDeps, names: ServerNames): Promise<TlsManager> {
  const key = await makeEphemeralKey();
  const certificateDer = await makeSelfSigned(key, names, deps.clock.now(), randomBytes);
  return makeTlsManager({ key, certificateDer, chain: [], selfSigned: true });
}

const makeLog = (
  deps: GatewayDeps,
  published: PublishedLogCache,
  { metrics }: StatusService,
): LogHandler =>
  makeLogHandler({
    published,
    tiles: makeTileStore(deps.db),
    count: (status) => metrics.countRequest("log", status),
  });

const makeRefusals = (
  deps: GatewayDeps,
  httpsPort: () => number,
): Pick<HandlerDeps, "refuse" | "refuseForeignOrigin" | "refuseMalformed"> => ({
  refuse: makeRefuseCertificate(deps, httpsPort),
  refuseForeignOrigin: makeRefuseForeignOrigin(deps),
  refuseMalformed: makeRefuseMalformed(deps),
});

const makeCompat = (
  deps: GatewayDeps,
  authorities: AuthorityState,
  { crls, operations: { readiness } }: StatusService,
): HandlerDeps["compat"] => makeCompatHandler(deps, { authorities, crls, readiness });

function makeVerify(deps: GatewayDeps, { index }: AuthorityState): HandlerDeps["verify"] {
  const gate = withDeadline(deps);
  return (presented, ip, assertedBy) =>
    verifyCertificate(gate, () => index().all, presented, ip, assertedBy);
}

const portsOf = (env: Env): Ports => ({
  http: env.CHANCERY_HTTP_PORT,
  https: env.CHANCERY_HTTPS_PORT,
  mtls: env.CHANCERY_MTLS_PORT,
});

const listenersOf = (env: Env) => ({
  host: env.CHANCERY_HOST,
  ports: portsOf(env),
  reusePort: env.CHANCERY_WORKERS > 1,
  descriptors: {
    http: env.CHANCERY_HTTP_FD,
    https: env.CHANCERY_HTTPS_FD,
    mtls: env.CHANCERY_MTLS_FD,
  },
});
