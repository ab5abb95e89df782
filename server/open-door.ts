import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Deps } from "@/lib/deps";
import type { Env } from "@/lib/env";
import { gateDeps } from "@/lib/custody/gate-deps";
import { judgePresented } from "@/lib/custody/judge-certificate";
import { makePublished } from "@/lib/log/published";
import { makeApi } from "@/server/api/app";
import { makeAuthorizeDoor } from "@/server/custody/authorize-door";
import { makeAuthorityState } from "@/server/jobs/authority-state";
import { startJobs } from "@/server/jobs/start-jobs";
import { makeApiDoor } from "@/server/listeners/api-door";
import { makeDoorHandler } from "@/server/listeners/door-handler";
import type { DoorParts } from "@/server/listeners/door-handler";
import type { DoorLog } from "@/server/listeners/door-log";
import { makeDrain } from "@/server/listeners/drain";
import { makeRefuseCertificate } from "@/server/listeners/refuse-certificate";
import { openListeners } from "@/server/listeners/open-listeners";
import type { Ports } from "@/server/listeners/open-listeners";
import { makeLogDoor } from "@/server/log/log-door";
import { makeTileStore } from "@/server/log/tile-store";
import { makeConsoleProxy } from "@/server/proxy/console-proxy";
import { makeStatusService } from "@/server/status/status-service";
import { ownNames } from "@/server/tls/own-names";
import { makeOwnKey } from "@/server/tls/own-key";
import { makeSelfSigned } from "@/server/tls/self-signed";
import { makeTlsKeeper } from "@/server/tls/tls-keeper";

export type Door = Readonly<{ ports: Ports; close: (graceMs: number) => Promise<void> }>;

const firstCertificateMs = 3_000;

/** Opens the machine door: jobs first, so that the first request finds a log that moves, then the ports. */
export async function openDoor(deps: Deps, env: Env, log: DoorLog): Promise<Door> {
  const names = ownNames(env.CHANCERY_HOST, env.CHANCERY_PUBLIC_URL),
    drain = makeDrain(),
    gate = gateDeps(deps);
  const key = await makeOwnKey();
  const tls = makeTlsKeeper({
    key,
    certificateDer: await makeSelfSigned(key, names, deps.clock.now(), randomBytes),
    chain: [],
    selfSigned: true,
  });
  const authorities = makeAuthorityState(deps);
  const service = makeStatusService({ deps, authorities, draining: drain.draining, log });
  const jobs = await startJobs({ deps, env, log, names, tls, authorities, service });
  // After a restart nobody should meet the self-signed certificate that there was before setup.
  if (authorities.index().all.length > 0)
    await Promise.race([tls.certified, pause(firstCertificateMs, undefined, { ref: false })]);
  let ports: Ports = {
    http: env.CHANCERY_HTTP_PORT,
    https: env.CHANCERY_HTTPS_PORT,
    mtls: env.CHANCERY_MTLS_PORT,
  };
  const serveLog = makeLogDoor({
    published: makePublished(deps.db, () => deps.clock.now().getTime()),
    tiles: makeTileStore(deps.db),
    count: (status) => service.metrics.countRequest("log", status),
  });
  const forwardAuth = makeAuthorizeDoor(deps);
  const parts: DoorParts = {
    status: (request, response) => service.door(request, response) || serveLog(request, response),
    metrics: service.metrics,
    authorize: forwardAuth.answer,
    beginAuthorize: forwardAuth.begin,
    refuse: makeRefuseCertificate(deps, () => ports.https),
    judge: (presented, ip) => judgePresented(gate, () => authorities.index().all, presented, ip),
    api: makeApiDoor(makeApi(deps)),
    console: makeConsoleProxy(join(env.CHANCERY_RUN_DIR, "console.sock"), log),
    ownNames: [...names.dns, ...names.ips],
    httpsPort: () => ports.https,
  };
  try {
    ports = await openListeners({
      host: env.CHANCERY_HOST,
      ports,
      tls,
      drain,
      handlerOf: (listener) => makeDoorHandler(parts, listener),
    });
  } catch (error) {
    await jobs.stop();
    throw error;
  }
  if (tls.current().selfSigned)
    log.info("HTTPS shows a self-signed certificate until there is an authority to issue one");
  const close = async (graceMs: number): Promise<void> => {
    await drain.close(graceMs);
    await jobs.stop();
  };
  return { ports, close };
}
