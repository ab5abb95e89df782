import { createHash } from "node:crypto";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { TileAddress } from "@/lib/log/pure/tile";
import type { Published, PublishedLog } from "@/lib/log/published";
import { isEntriesPath, logOf, parseLogPath, sizeNeeded } from "@/server/log/log-path";
import type { TileStore } from "@/server/log/tile-store";
import { sendPlain } from "@/server/status/resource";

export type LogDoorParts = Readonly<{
  published: Published;
  tiles: TileStore;
  count: (status: number) => void;
}>;
/** Serves what anybody may know of the log, on every listener. Returns false if the path is not one of its own. */
export type LogDoor = (request: IncomingMessage, response: ServerResponse) => boolean;

const forPages = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "etag",
  "x-content-type-options": "nosniff",
};
const absent =
  "There is no such file here. The log is served as C2SP tlog-tiles has it: /log/checkpoint, /log/key, /log/tile/{L}/{N}[.p/{W}].\n";

/** GET and HEAD of /log/checkpoint, /log/key and /log/tile/…, of the newest log; /log/{id}/… has one log for good. Entries are not served here. */
export function makeLogDoor(parts: LogDoorParts): LogDoor {
  return (request, response) => {
    const url = request.url ?? "/";
    if (!url.startsWith("/log/") || isEntriesPath(url)) return false;
    response.on("finish", () => parts.count(response.statusCode));
    if (request.method === "OPTIONS") {
      response
        .writeHead(204, {
          ...forPages,
          "access-control-allow-methods": "GET, HEAD",
          "access-control-allow-headers": "if-none-match",
          "access-control-max-age": "86400",
        })
        .end();
    } else if (request.method !== "GET" && request.method !== "HEAD") {
      sendPlain(response, 405, "Only GET and HEAD are served here.\n", {
        ...forPages,
        allow: "GET, HEAD, OPTIONS",
      });
    } else {
      serve(parts, request, response, url.split("?", 1)[0]!).catch(() => {
        if (response.headersSent) response.destroy();
        else
          sendPlain(response, 503, "The log cannot be read at the moment. Try again soon.\n", {
            ...forPages,
            "retry-after": "2",
          });
      });
    }
    return true;
  };
}

async function serve(
  { published, tiles }: LogDoorParts,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const asked = parseLogPath(path);
  if (asked === null) return sendPlain(response, 404, absent, forPages);
  const { id, what } = asked,
    needed = typeof what === "string" ? 0 : sizeNeeded(what);
  const log = logOf(await published.logs(id === null ? needed : 0), id);
  if (log === null) return sendPlain(response, 404, "There is no such log here.\n", forPages);
  if (what === "key")
    return send(
      request,
      response,
      Buffer.from(`${log.vkey}\n`),
      "text/plain; charset=utf-8",
      "public, max-age=60",
    );
  if (what === "checkpoint") return sendCheckpoint(request, response, log);
  if (what.kind !== "hashes" || needed > log.size)
    return sendPlain(response, 404, "The newest checkpoint has no such tile.\n", forPages);
  return sendTile(request, response, await readTile(tiles, log, what));
}

function sendCheckpoint(
  request: IncomingMessage,
  response: ServerResponse,
  { note }: PublishedLog,
): void {
  if (note === null) return sendPlain(response, 404, "This log has no checkpoint yet.\n", forPages);
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
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const headers: OutgoingHttpHeaders = { ...forPages, etag, "cache-control": caching };
  const known = request.headers["if-none-match"]
    ?.split(",")
    .some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
  if (known === true) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, "content-type": type, "content-length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}
