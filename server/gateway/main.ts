import { makeRecorder } from "@/lib/log/record/recorder";
import { randomBytes } from "node:crypto";
import { systemActor } from "@/lib/access/actor";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { newId } from "@/lib/format/ids";
import { recordEntry } from "@/lib/log/record/record-entry";
import { authTimeoutMs, type GatewayDeps } from "@/lib/runtime/gateway-deps";
import { readEnv } from "@/lib/runtime/env";
import { getDeps } from "@/lib/runtime/get-deps";
import { errorText, makeLogger } from "@/lib/runtime/logger";
import { productVersion } from "@/lib/runtime/product-version";
import { receiveSecrets } from "@/lib/runtime/read-secrets";
import { isSetUp } from "@/lib/setup/is-set-up";
import { listRoots } from "@/lib/status/list-roots";
import { joinUnits } from "@/server/supervise/nodes/join-units";
import { type Gateway, startGateway } from "./start-gateway";

// The gateway process: owns every port. It is started and stopped by the supervisor, or by a unit.
const env = readEnv(),
  log = makeLogger(env.CHANCERY_LOG_LEVEL);
const graceMs = 10_000;
const authConnections = 6;
let gateway: Gateway | null = null,
  deps: GatewayDeps | null = null,
  leave = async (): Promise<void> => {},
  isShuttingDown = false;

/** Dependencies with a second, small pool whose statements time out early: clients wait for it. */
function gatewayDeps(): GatewayDeps {
  const deps = getDeps();
  const authDb = openDatabase(env.DATABASE_URL, {
    max: authConnections,
    statementTimeoutMs: authTimeoutMs,
  });
  return {
    ...deps,
    authTimeoutMs,
    authDb,
    authRecorder: makeRecorder({ ...deps.recorder, db: authDb }),
  };
}

async function shutDown(reason: string): Promise<void> {
  if (isShuttingDown) return;
  isShuttingDown = true;
  log.info(`${reason}: waiting for running requests`);
  await gateway?.close(graceMs);
  await leave();
  await Promise.all(
    [deps?.authDb, deps?.db].flatMap((db) => (db === undefined ? [] : [closeDatabase(db)])),
  );
  process.exit(0);
}

process.on("SIGTERM", () => void shutDown("stopping"));
process.on("SIGINT", () => void shutDown("stopping"));
process.on("disconnect", () => void shutDown("the supervisor has exited"));
// A bug in one request must not end the others; it shows in the output and in readiness.
process.on("unhandledRejection", (error) =>
  log.error(
    `unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  ),
);

try {
  leave = await joinUnits({
    kind: "gateway",
    env,
    secrets: receiveSecrets(),
    warn: (line) => log.warn(line),
  });
  deps = gatewayDeps();
  gateway = await startGateway(deps, env, log);
  await recordEntry(deps.recorder, systemActor("gateway", newId("req", new Date(), randomBytes)), {
    action: "system.started",
    outcome: "success",
    target: null,
    details: { version: productVersion() },
  });
  log.info(
    `HTTP on ${env.CHANCERY_HOST}:${gateway.ports.http}, HTTPS on ${gateway.ports.https}, HTTPS with client certificates on ${gateway.ports.mtls}`,
  );
  process.send?.({
    type: "ready",
    node: process.version,
    setUp: await isSetUp(deps),
    ports: gateway.ports,
    roots: await listRoots(deps),
  });
} catch (error) {
  log.error(errorText(error));
  process.exit(1);
}
