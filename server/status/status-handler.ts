import type { IncomingMessage, ServerResponse } from "node:http";
import { wholeCrl } from "@/lib/authorities/schema";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import { type Resource, sendJson, sendPlain, sendResource } from "@/server/http/resource";
import type { CrlStore } from "./crl-store";
import type { Gauge, Metrics } from "./metrics";
import { type OcspService, serveOcsp } from "./ocsp-handler";
import type { Readiness } from "./readiness";

export type StatusHandlerDeps = Readonly<{
  ocsp: OcspService;
  index: () => AuthorityIndex;
  authorityFiles: () => ReadonlyMap<string, Resource>;
  crls: CrlStore;
  readiness: () => Promise<Readiness>;
  metrics: Metrics;
  gauges: () => Promise<readonly Gauge[]>;
  /** Whether a program on this machine sent the request. */
  isLocal: (request: IncomingMessage) => boolean;
  now: () => number;
}>;

/** Serves public certificate status, without a framework. Returns false for other paths. */
export type StatusHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

const ocspPath = /^\/ocsp(?:[/?]|$)/;

export function makeStatusHandler(deps: StatusHandlerDeps): StatusHandler {
  return (request, response) => {
    const url = request.url ?? "/";
    if (ocspPath.test(url)) {
      serveOcsp(deps.ocsp, request, response);
      return true;
    }
    const path = url.split("?", 1)[0]!;
    if (path.startsWith("/crl/") || path.startsWith("/ca/"))
      serveFile(deps, path, request, response);
    else if (path === "/healthz") sendJson(response, 200, { status: "ok" });
    else return serveOperations(deps, path, request, response);
    return true;
  };
}

function serveFile(
  deps: StatusHandlerDeps,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.on("finish", () => deps.metrics.countRequest("status", response.statusCode));
  if (path.startsWith("/ca/")) send(deps, deps.authorityFiles().get(path), request, response);
  else
    findCrl(deps, path).then(
      (file) => {
        send(deps, file, request, response);
      },
      () => {
        send(deps, "not-current", request, response);
      },
    );
}

function send(
  deps: StatusHandlerDeps,
  file: Resource | "not-current" | null | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (file === "not-current")
    sendPlain(
      response,
      503,
      "This CA has no CRL that is valid now. A new one is being published; try again shortly.\n",
      { "retry-after": "5" },
    );
  else if (file === undefined || file === null)
    sendPlain(
      response,
      404,
      "Not found. CRLs are at /crl/{authority}.crl, .pem and /chain.pem, CA certificates at /ca/{authority}.cer, .pem, .p7c and /chain.pem.\n",
    );
  else sendResource(request, response, file, deps.now());
}

const crlPath = /^\/crl\/([a-z0-9-]{1,64})(?:\.(crl|pem)|\/(chain)\.pem|\/([a-z0-9-]{1,64})\.crl)$/;

/**
 * The CRL of an authority as DER or PEM, or the CRLs of its chain, its own first, in one PEM file.
 * Null if there is no such file; none that is not valid now is ever found.
 */
async function findCrl(
  deps: StatusHandlerDeps,
  path: string,
): Promise<Resource | "not-current" | null> {
  const [, slug = "", form, chain, shard] = crlPath.exec(path) ?? [];
  const authority = deps.index().bySlug(slug);
  if (authority === null) return null;
  if (shard !== undefined) return deps.crls.find(authority.id, shard);
  if (form === "crl") return deps.crls.find(authority.id, wholeCrl) ?? "not-current";
  const issuers = chain === undefined ? [authority] : deps.index().chainOf(authority);
  return (await deps.crls.findPem(issuers.map(({ id }) => id))) ?? "not-current";
}

/**
 * Probes from everywhere learn whether this node is ready, and programs on this machine the details
 * and metrics. Others need a token, which the API checks.
 */
function serveOperations(
  deps: StatusHandlerDeps,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const isLocal = deps.isLocal(request);
  if (path === "/metrics" && isLocal) serveMetrics(deps, response);
  else if (path === "/readyz" && request.headers.authorization === undefined)
    serveReadiness(deps, isLocal, response);
  else return false;
  return true;
}

function serveReadiness(
  deps: StatusHandlerDeps,
  withDetails: boolean,
  response: ServerResponse,
): void {
  deps.readiness().then(
    ({ ready, status, ...details }) =>
      sendJson(response, ready ? 200 : 503, withDetails ? { status, ...details } : { status }),
    () => sendJson(response, 503, { status: "not-ready" }),
  );
}

function serveMetrics(deps: StatusHandlerDeps, response: ServerResponse): void {
  void renderMetrics(deps).then((text) => {
    response.writeHead(200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "content-length": Buffer.byteLength(text),
      "cache-control": "no-store",
    });
    response.end(text);
  });
}

/** Counters are still useful while the database is unavailable: that is when operators look. */
export const renderMetrics = ({
  metrics,
  gauges,
}: Pick<StatusHandlerDeps, "metrics" | "gauges">): Promise<string> =>
  gauges().then(metrics.render, () => metrics.render([]));
