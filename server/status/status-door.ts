import type { IncomingMessage, ServerResponse } from "node:http";
import { wholeCrl } from "@/lib/authorities/schema";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import type { CrlStore } from "@/server/status/crl-store";
import type { Gauge, Metrics } from "@/server/status/metrics";
import { serveOcsp } from "@/server/status/ocsp-door";
import type { OcspDoor } from "@/server/status/ocsp-door";
import type { Readiness } from "@/server/status/readiness";
import { sendJson, sendPlain, sendResource } from "@/server/status/resource";
import type { Resource } from "@/server/status/resource";

export type StatusParts = Readonly<{
  ocsp: OcspDoor;
  index: () => AuthorityIndex;
  authorityFiles: () => ReadonlyMap<string, Resource>;
  crls: CrlStore;
  readiness: () => Promise<Readiness>;
  metrics: Metrics;
  gauges: () => Promise<readonly Gauge[]>;
  now: () => number;
}>;

/** Serves what anybody may ask, without any framework. Returns false if the path is not one of its own. */
export type StatusDoor = (request: IncomingMessage, response: ServerResponse) => boolean;

const ocspPath = /^\/ocsp(?:[/?]|$)/;

export function makeStatusDoor(parts: StatusParts): StatusDoor {
  return (request, response) => {
    const url = request.url ?? "/";
    if (ocspPath.test(url)) {
      serveOcsp(parts.ocsp, request, response);
      return true;
    }
    const path = url.split("?", 1)[0]!;
    if (path.startsWith("/crl/") || path.startsWith("/ca/"))
      serveFile(parts, path, request, response);
    else if (path === "/healthz") sendJson(response, 200, { status: "ok" });
    else if (path === "/readyz") serveReadiness(parts, response);
    else if (path === "/metrics") serveMetrics(parts, response);
    else return false;
    return true;
  };
}

function serveFile(
  parts: StatusParts,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.on("finish", () => parts.metrics.countRequest("status", response.statusCode));
  const file = path.startsWith("/ca/") ? parts.authorityFiles().get(path) : findCrl(parts, path);
  if (file === undefined || file === null)
    sendPlain(
      response,
      404,
      "There is no such file here. CRLs are at /crl/{authority}.crl, CA certificates at /ca/{authority}.cer, .pem and .p7c.\n",
    );
  else sendResource(request, response, file, parts.now());
}

function findCrl(parts: StatusParts, path: string): Resource | null {
  const match = /^\/crl\/([a-z0-9-]{1,64})(?:\/([a-z0-9-]{1,64}))?\.crl$/.exec(path);
  const authority = match?.[1] === undefined ? null : parts.index().bySlug(match[1]);
  return authority === null ? null : parts.crls.find(authority.id, match?.[2] ?? wholeCrl);
}

function serveReadiness(parts: StatusParts, response: ServerResponse): void {
  parts.readiness().then(
    ({ ready, ...rest }) => sendJson(response, ready ? 200 : 503, rest),
    () => sendJson(response, 503, { status: "not-ready", checks: {} }),
  );
}

function serveMetrics(parts: StatusParts, response: ServerResponse): void {
  const send = (gauges: readonly Gauge[]) => {
    const text = parts.metrics.render(gauges);
    response.writeHead(200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "content-length": Buffer.byteLength(text),
      "cache-control": "no-store",
    });
    response.end(text);
  };
  // Counters are worth having while the database is away, which is when somebody looks.
  parts.gauges().then(send, () => send([]));
}
