import { sha256 } from "@/lib/format/hash";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { PublishedLogCache, PublishedLog } from "@/lib/log/publish/published-log-cache";
import type { TileAddress } from "@/lib/log/pure/tile";
import { sendPlain } from "@/server/http/resource";
import { isEntriesPath, logOf, parseLogPath, sizeNeeded } from "./log-path";
import type { TileStore } from "./tile-store";

export type LogHandlerDeps = Readonly<{
  published: PublishedLogCache;
  tiles: TileStore;
  count: (status: number) => void;
}>;
/** Serves the public part of the log on every listener. Returns false for other paths. */
export type LogHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

const corsHeaders = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "etag",
  "x-content-type-options": "nosniff",
};
const notFoundText =
  "Not found. The log is served as C2SP tlog-tiles: /log/checkpoint, /log/key, /log/tile/{L}/{N}[.p/{W}].\n";

/**
 * GET and HEAD of /log/checkpoint, /log/key and /log/tile/… of the newest log; /log/{id}/… is
 * permanent for one log. Entries are not served here.
 */
export function makeLogHandler(deps: LogHandlerDeps): LogHandler {
  return (request, response) => {
    const url = request.url ?? "/";
    if (!url.startsWith("/log/") || isEntriesPath(url)) return false;
    response.on("finish", () => deps.count(response.statusCode));
    if (request.method === "OPTIONS") {
      response
        .writeHead(204, {
          ...corsHeaders,
          "access-control-allow-methods": "GET, HEAD",
          "access-control-allow-headers": "if-none-match",
          "access-control-max-age": "86400",
        })
        .end();
    } else if (request.method !== "GET" && request.method !== "HEAD") {
      sendPlain(response, 405, "Only GET and HEAD are supported here.\n", {
        ...corsHeaders,
        allow: "GET, HEAD, OPTIONS",
      });
    } else {
      serve(deps, request, response, url.split("?", 1)[0]!).catch(() => {
        if (response.headersSent) response.destroy();
        else
          sendPlain(response, 503, "The log can't be read right now. Try again soon.\n", {
            ...corsHeaders,
            "retry-after": "2",
          });
      });
    }
    return true;
  };
}

async function serve(
  { published, tiles }: LogHandlerDeps,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const logPath = parseLogPath(path);
  if (logPath === null) return sendPlain(response, 404, notFoundText, corsHeaders);
  const { id, resource } = logPath,
    needed = typeof resource === "string" ? 0 : sizeNeeded(resource);
  const log = logOf(await published.logs(id === null ? needed : 0), id);
  if (log === null) return sendPlain(response, 404, "Log not found.\n", corsHeaders);
  if (resource === "key")
    return send(
      request,
      response,
      Buffer.from(`${log.vkey}\n`),
      "text/plain; charset=utf-8",
      "public, max-age=60",
    );
  if (resource === "checkpoint") return sendCheckpoint(request, response, log);
  if (resource.kind !== "hashes" || needed > log.size)
    return sendPlain(response, 404, "The newest checkpoint has no such tile.\n", corsHeaders);
  return sendTile(request, response, await readTile(tiles, log, resource));
}

function sendCheckpoint(
  request: IncomingMessage,
  response: ServerResponse,
  { note }: PublishedLog,
): void {
  if (note === null)
    return sendPlain(response, 404, "This log has no checkpoint yet.\n", corsHeaders);
  return send(
    request,
    response,
    Buffer.from(note),
    "text/plain; charset=utf-8",
    "public, max-age=1",
  );
}

const readTile = (
  tiles: TileStore,
  log: PublishedLog,
  { level, index, width }: Extract<TileAddress, { kind: "hashes" }>,
): Promise<Uint8Array> => tiles.read(log, level, index, width);

const sendTile = (request: IncomingMessage, response: ServerResponse, body: Uint8Array): void =>
  send(request, response, body, "application/octet-stream", "public, max-age=31536000, immutable");

function send(
  request: IncomingMessage,
  response: ServerResponse,
  body: Uint8Array,
  type: string,
  caching: string,
): void {
  const etag = `"${sha256(body).toString("base64url").slice(0, 22)}"`;
  const headers: OutgoingHttpHeaders = { ...corsHeaders, etag, "cache-control": caching };
  const isCached = request.headers["if-none-match"]
    ?.split(",")
    .some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
  if (isCached === true) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, "content-type": type, "content-length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}
