import { randomBytes } from "node:crypto";
import { systemActor } from "@/lib/auth/actor";
import { readEnv } from "@/lib/env";
import { newId } from "@/lib/ids";
import { recordEntry } from "@/lib/log/record";
import { getDeps } from "@/lib/runtime";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { isSetUp } from "@/lib/setup/is-set-up";
import { makeDoorLog, reasonOf } from "@/server/listeners/door-log";
import { openDoor } from "@/server/open-door";
import type { Door } from "@/server/open-door";
import { productVersion } from "@/server/product-version";

// The machine door: the process that owns every port. It starts under the supervisor and ends with it.
const env = readEnv(),
  log = makeDoorLog(env.CHANCERY_LOG_LEVEL);
const graceMs = 10_000;
const gateConnections = 6,
  gatePatienceMs = 250;
let door: Door | null = null,
  deps: Deps | null = null,
  ending = false;

/** The process's outside, and the second set of connections, which gives up early: for decisions that somebody at the door waits for. */
const depsOfDoor = (): Deps => ({
  ...getDeps(),
  gate: openDatabase(env.DATABASE_URL, { max: gateConnections, patienceMs: gatePatienceMs }),
});

async function end(why: string): Promise<void> {
  if (ending) return;
  ending = true;
  log.info(`${why}: letting running requests end`);
  await door?.close(graceMs);
  await Promise.all(
    [deps?.gate, deps?.db].flatMap((db) => (db === undefined ? [] : [closeDatabase(db)])),
  );
  process.exit(0);
}

process.on("SIGTERM", () => void end("stopping"));
process.on("SIGINT", () => void end("stopping"));
process.on("disconnect", () => void end("the supervisor is gone"));
// A bug in one request must not take the others down; what is broken shows in the log and in readiness.
process.on("unhandledRejection", (error) =>
  log.error(
    `unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  ),
);

try {
  deps = depsOfDoor();
  door = await openDoor(deps, env, log);
  await recordEntry(deps, systemActor("door", newId("req", new Date(), randomBytes)), {
    action: "system.started",
    outcome: "success",
    target: null,
    details: { version: productVersion() },
  });
  log.info(
    `HTTP on ${env.CHANCERY_HOST}:${door.ports.http}, HTTPS on ${door.ports.https}, HTTPS with client certificates on ${door.ports.mtls}`,
  );
  process.send?.({ type: "ready", setUp: await isSetUp(deps), ports: door.ports });
} catch (error) {
  log.error(reasonOf(error));
  process.exit(1);
}
