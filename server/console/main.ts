import { chmodSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { dirname } from "node:path";
import next from "next";
import { makeHeartbeat } from "@/lib/log/record/heartbeat";
import { writeCountedRefusals } from "@/lib/log/record/record-refusal";
import { errorMessage } from "@/lib/errors/error-message";
import { readEnv } from "@/lib/runtime/env";
import { getDeps } from "@/lib/runtime/get-deps";
import { errorText } from "@/lib/runtime/logger";
import { takeInheritedListener } from "@/lib/runtime/inherited-listener";
import { receiveSecrets } from "@/lib/runtime/read-secrets";
import { consoleSocket, socketMode } from "@/lib/runtime/socket-paths";
import { makeEventStreams } from "@/server/http/event-streams";
import { joinUnits } from "@/server/supervise/nodes/join-units";
import { skipEnvironmentFiles, useBuiltConfiguration } from "./built-configuration";

// The console process: Next's production build behind a private Unix socket. Only the gateway can
// reach it, so the headers in which the gateway describes the caller can be trusted.
process.umask(0o077);
const runDir = process.env.CHANCERY_RUN_DIR;
if (!runDir)
  throw new Error(
    "CHANCERY_RUN_DIR is not set. The console is started by the supervisor (npm start).",
  );
const socketPath = consoleSocket(runDir);
const root = process.env.CHANCERY_ROOT ?? process.cwd();
useBuiltConfiguration(root);
skipEnvironmentFiles(root, dirname(socketPath));

const leave = await joinUnits({
  kind: "console",
  env: readEnv(),
  secrets: receiveSecrets(),
  warn: (line) => process.stderr.write(`${line}\n`),
}).catch((error: unknown) => {
  process.stderr.write(`${errorMessage(error)}\n`);
  process.exit(1);
});

// Opened here and kept on globalThis for the pages. Next resolves packages through its own links,
// which Node does not always resolve to the real path: then pg is loaded twice, and Prisma, given
// the other copy's pool, connects to 127.0.0.1 instead.
const { recorder } = getDeps();
const heart = makeHeartbeat(recorder);
const beatEveryMs = 1_000;

const app = next({
  dev: false,
  dir: root,
  hostname: "localhost",
  port: Number(process.env.CHANCERY_HTTP_PORT ?? 3000),
});
await app.prepare();
const handle = app.getRequestHandler();
const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
  void handle(request, response).catch((error: unknown) => {
    // The client only sees that the connection ended.
    process.stderr.write(`a request failed: ${errorText(error)}\n`);
    response.destroy();
  });
});

const streams = makeEventStreams();
streams.watch(server);

// One at a time: counted refusals, then the heartbeat. What fails is retried a second later.
const beat = async (): Promise<void> => {
  await writeCountedRefusals(recorder, "due").catch(() => {});
  await heart.sendIfDue();
};
let beating: Promise<unknown> | null = null;
const beats = setInterval(() => {
  beating ??= beat()
    .catch(() => {})
    .finally(() => {
      beating = null;
    });
}, beatEveryMs);

function end(): void {
  const late = setTimeout(() => process.exit(0), 5_000);
  late.unref();
  clearInterval(beats);
  server.close(
    () =>
      void Promise.resolve(beating)
        .then(() => writeCountedRefusals(recorder, "now").catch(() => {}))
        .then(heart.sendLast)
        .catch(() => {})
        .then(leave)
        .finally(() => process.exit(0)),
  );
  streams.closeAll();
  server.closeIdleConnections();
}
process.on("SIGTERM", end);
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(0));

const ready = (): void => void process.send?.({ type: "ready", node: process.version });
const inherited = takeInheritedListener();
if (inherited !== null) server.listen({ fd: inherited }, ready);
else {
  rmSync(socketPath, { force: true });
  server.listen(socketPath, () => {
    chmodSync(socketPath, socketMode(socketPath));
    ready();
  });
}
