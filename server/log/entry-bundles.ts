import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Context, Hono } from "hono";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { makePublished, type Published } from "@/lib/log/published";
import { readBundle } from "@/lib/log/read-bundle";
import { recordEntry } from "@/lib/log/record";
import { authenticate } from "@/server/api/authenticate";
import type { ApiEnv } from "@/server/api/context";
import { recordedPath } from "@/server/api/recorded-path";
import { refuse } from "@/server/api/refuse";
import { logOf, parseLogPath, sizeNeeded } from "@/server/log/log-path";

const compress = promisify(gzip);

/** /log/tile/entries/… : the log's entries themselves, for whoever may read the audit log. Each fetch is on the record before it is answered. */
export function addEntryBundles(app: Pick<Hono<ApiEnv>, "on">, deps: Deps): void {
  const published = makePublished(deps.db, () => deps.clock.now().getTime());
  app.on(
    ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    ["/log/tile/entries/*", "/log/:id/tile/entries/*"],
    async (c) => {
      try {
        return await serveBundle(deps, published, c);
      } catch (error) {
        const response = await refuse(deps, c, error);
        if (error instanceof AppError && error.code === "request.method")
          response.headers.set("Allow", "GET, HEAD");
        return response;
      }
    },
  );
}

async function serveBundle(
  deps: Deps,
  published: Published,
  c: Context<ApiEnv>,
): Promise<Response> {
  const actor = await authenticate(deps, c);
  c.set("actor", actor);
  authorize(actor, "audit.read");
  if (c.req.method !== "GET" && c.req.method !== "HEAD")
    throw new AppError("request.method", "Only GET and HEAD are served here.", {
      details: { status: 405, allow: ["GET", "HEAD"] },
    });
  // As it was sent: the framework would decode it, and one bundle would have many addresses.
  const asked = parseLogPath(new URL(c.req.url).pathname);
  const what = asked?.what;
  if (what === undefined || typeof what === "string" || what.kind !== "entries")
    throw missing("An address of entries is written /log/tile/entries/{N}[.p/{W}].");
  const needed = sizeNeeded(what),
    log = logOf(await published.logs(asked?.id === null ? needed : 0), asked?.id ?? null);
  if (log === null || needed > log.size)
    throw missing("The newest checkpoint has no such bundle of entries.");
  const bundle = await readBundle(deps.db, what.index, what.width);
  await recordEntry(deps, actor, {
    action: "log.read",
    outcome: "success",
    target: { kind: "log", id: log.origin, label: log.origin },
    details: { method: c.req.method, path: recordedPath(c.req.url), status: 200 },
  });
  return answer(c, bundle);
}

const missing = (message: string): AppError =>
  new AppError("log.no-such-tile", message, { kind: "not-found" });

async function answer(c: Context<ApiEnv>, bundle: Uint8Array): Promise<Response> {
  const headers = {
    "Content-Type": "application/octet-stream",
    "Cache-Control": "private, max-age=31536000, immutable",
    Vary: "Accept-Encoding, Authorization",
  };
  if (!takesGzip(c.req.header("accept-encoding") ?? ""))
    return c.body(Uint8Array.from(bundle), 200, headers);
  return c.body(Uint8Array.from(await compress(bundle)), 200, {
    ...headers,
    "Content-Encoding": "gzip",
  });
}

/** Whether gzip is named among what the client takes, and not with a weight of zero (RFC 9110 §12.5.3). */
const takesGzip = (header: string): boolean =>
  header
    .split(",")
    .some((one) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$)[\d.]+\s*)?$/i.test(one));
