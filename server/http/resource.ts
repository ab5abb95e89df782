import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";

/** A public resource served from memory: its bytes, and how long a client may cache them. */
export type Resource = Readonly<{
  type: string;
  body: Uint8Array;
  etag: string;
  lastModified: Date;
  /** When the bytes become stale; null if they do not. */
  expires: Date | null;
  /** The longest time that a cache may keep it, in seconds. */
  maxAge: number;
}>;

/** Answers GET and HEAD, with 304 if the client already has it (RFC 9110 §13). */
export function sendResource(
  request: IncomingMessage,
  response: ServerResponse,
  resource: Resource,
  now: number,
): void {
  if (request.method !== "GET" && request.method !== "HEAD") {
    sendPlain(response, 405, "Only GET and HEAD are supported here.\n", { allow: "GET, HEAD" });
    return;
  }
  const headers: OutgoingHttpHeaders = {
    etag: resource.etag,
    "cache-control": cacheControl(resource, now),
    "x-content-type-options": "nosniff",
  };
  // Never later than the answer (RFC 9110 §8.8.2.1).
  if (resource.lastModified.getTime() <= now)
    headers["last-modified"] = resource.lastModified.toUTCString();
  if (resource.expires !== null) headers.expires = resource.expires.toUTCString();
  if (isUnchanged(request, resource.etag, resource.lastModified)) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    "content-type": resource.type,
    "content-length": resource.body.length,
  });
  response.end(request.method === "HEAD" ? undefined : resource.body);
}

function cacheControl(resource: Resource, now: number): string {
  const left =
    resource.expires === null
      ? resource.maxAge
      : Math.floor((resource.expires.getTime() - now) / 1000);
  return `public, max-age=${Math.max(0, Math.min(resource.maxAge, left))}, must-revalidate, no-transform`;
}

/** Whether the conditional headers match the resource. The entity tag wins over the date. */
export function isUnchanged(request: IncomingMessage, etag: string, lastModified: Date): boolean {
  const tags = request.headers["if-none-match"];
  if (tags !== undefined)
    return tags
      .split(",")
      .some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
  const since = Date.parse(request.headers["if-modified-since"] ?? "");
  return !Number.isNaN(since) && Math.floor(lastModified.getTime() / 1000) * 1000 <= since;
}

/** A short plain-text answer that must not be cached. */
export function sendPlain(
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...headers,
  });
  response.end(text);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  });
  response.end(body);
}
