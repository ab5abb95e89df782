import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Context, Hono } from "hono";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import type { PublishedLogCache } from "@/lib/log/publish/published-log-cache";
import { recordEntry } from "@/lib/log/record/record-entry";
import { readEntryBundle } from "@/lib/log/tree/tile-reader";
import type { GatewayDeps } from "@/lib/runtime/gateway-deps";
import { recordedPath } from "@/server/http/recorded-path";
import { logOf, parseLogPath, sizeNeeded } from "@/server/log/log-path";
import { authenticate } from "./authenticate";
import type { ApiEnv } from "./context";
import { refuse } from "./refuse";

const compress = promisify(gzip);

/**
 * /log/tile/entries/…: the entries of the log (C2SP tlog-tiles), for callers who may read the audit
 * log. Each fetch is recorded before it is answered.
 */
export function addEntryBundles(
  app: Pick<Hono<ApiEnv>, "on">,
  deps: GatewayDeps,
  published: PublishedLogCache,
): void {
  app.on(
    ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    ["/log/tile/entries/*", "/log/:id/tile/entries/*"],
    async (c) => {
      try {
        return await serveBundle(deps, published, c);
      } catch (error) {
        return refuse(deps, c, error);
      }
    },
  );
}

async function serveBundle(
  deps: GatewayDeps,
  published: PublishedLogCache,
  c: Context<ApiEnv>,
): Promise<Response> {
  const actor = await authenticate(deps, c);
  c.set("actor", actor);
  authorize(actor, "audit.read");
  if (c.req.method !== "GET" && c.req.method !== "HEAD") return refuseMethod(deps, c);
  // From the raw URL: the framework would decode it, and one bundle would have many URLs.
  const logPath = parseLogPath(new URL(c.req.url).pathname);
  const what = logPath?.resource;
  if (what === undefined || typeof what === "string" || what.kind !== "entries")
    throw missing("Entry bundles have the path /log/tile/entries/{N}[.p/{W}].");
  const needed = sizeNeeded(what),
    log = logOf(await published.logs(logPath?.id === null ? needed : 0), logPath?.id ?? null);
  if (log === null || needed > log.size)
    throw missing("The newest checkpoint does not include this entry bundle.");
  const bundle = await readEntryBundle(deps.db, what.index, what.width);
  await recordEntry(deps.recorder, actor, {
    action: "log.read",
    outcome: "success",
    target: { kind: "log", id: log.origin, label: log.origin },
    details: { method: c.req.method, path: recordedPath(c.req.url), status: 200 },
  });
  return answer(c, bundle);
}

async function refuseMethod(deps: GatewayDeps, c: Context<ApiEnv>): Promise<Response> {
  const allow = ["GET", "HEAD"];
  const error = new AppError("request.method", "Only GET and HEAD are supported here.", {
    details: { allow },
  });
  const response = await refuse(deps, c, error);
  response.headers.set("Allow", allow.join(", "));
  return response;
}

const missing = (message: string): AppError => new AppError("log.no-such-tile", message);

async function answer(c: Context<ApiEnv>, bundle: Uint8Array): Promise<Response> {
  const headers = {
    "Content-Type": "application/octet-stream",
    "Cache-Control": "private, max-age=31536000, immutable",
    Vary: "Accept-Encoding, Authorization",
  };
  if (!acceptsGzip(c.req.header("accept-encoding") ?? ""))
    return c.body(Uint8Array.from(bundle), 200, headers);
  return c.body(Uint8Array.from(await compress(bundle)), 200, {
    ...headers,
    "Content-Encoding": "gzip",
  });
}

/** Whether the client accepts gzip with a weight above zero (RFC 9110 §12.5.3). */
const acceptsGzip = (header: string): boolean =>
  header
    .split(",")
    .some((one) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$)[\d.]+\s*)?$/i.test(one));
