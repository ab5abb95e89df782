import { chmodSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import next from "next";
import { makeHeart } from "@/lib/log/heartbeat";
import { getDeps } from "@/lib/runtime";
import { makeEventStreams } from "@/server/listeners/event-streams";

// The console: Next's production build behind a private socket. Only the door can reach it, which is why the
// headers by which the door passes on who is there can be believed.
process.umask(0o077);
const runDir = process.env.CHANCERY_RUN_DIR;
if (!runDir)
  throw new Error("CHANCERY_RUN_DIR is missing: the console is started by the supervisor.");
const socketPath = join(runDir, "console.sock");

// Opened here and left on globalThis for the pages. Next finds packages by links of its own, which Node does not always follow to the one
// true path: then pg exists twice, and Prisma, given the other one's pool, looks for a database at 127.0.0.1 until the process ends.
const heart = makeHeart(getDeps());
const beatEveryMs = 1_000;

const app = next({
  dev: false,
  dir: process.cwd(),
  hostname: "localhost",
  port: Number(process.env.CHANCERY_HTTP_PORT ?? 3000),
});
await app.prepare();
const handle = app.getRequestHandler();
const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
  void handle(request, response).catch(() => response.destroy());
});

const streams = makeEventStreams();
streams.watch(server);

// One beat at a time; one that fails is due again a second later.
let beating: Promise<unknown> | null = null;
const beats = setInterval(() => {
  beating ??= heart
    .beatWhenDue()
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
        .then(heart.end)
        .catch(() => {})
        .finally(() => process.exit(0)),
  );
  streams.cut();
  server.closeIdleConnections();
}
process.on("SIGTERM", end);
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(0));

rmSync(socketPath, { force: true });
server.listen(socketPath, () => {
  chmodSync(socketPath, 0o600);
  process.send?.({ type: "ready" });
});
