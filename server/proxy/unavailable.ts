import type { IncomingMessage, ServerResponse } from "node:http";
import { sendProblem } from "@/server/listeners/problem";
import { contentSecurityPolicy, makeNonce, pageHeaders } from "@/server/proxy/page-headers";

const retrySeconds = 3;

/** The console does not answer: a page that says so and comes back by itself, or problem+json for programs. */
export function sendUnavailable(request: IncomingMessage, response: ServerResponse, status: 502 | 503, requestId: string): void {
  const detail = status === 503
    ? "The console is starting or restarting. Certificates, CRL, OCSP and the API are served meanwhile."
    : "The console broke off its answer. Certificates, CRL, OCSP and the API are served meanwhile.";
  if (!(request.headers.accept ?? "").includes("text/html")) {
    sendProblem(response, { status, code: "console.unavailable", title: "The console does not answer", detail, requestId, headers: { "retry-after": String(retrySeconds) } });
    return;
  }
  const nonce = makeNonce(), body = page(nonce, detail, requestId);
  response.writeHead(status, {
    ...pageHeaders(contentSecurityPolicy(nonce), false, null),
    "content-type": "text/html; charset=utf-8", "content-length": Buffer.byteLength(body), "cache-control": "no-store",
    "retry-after": String(retrySeconds), refresh: String(retrySeconds),
  });
  response.end(body);
}

const page = (nonce: string, detail: string, requestId: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>One moment · Chancery</title>
<style nonce="${nonce}">
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 15px/1.6 system-ui, sans-serif }
main { max-width: 30rem; padding: 2rem }
h1 { font-size: 1.25rem; margin: 0 0 .5rem }
small { opacity: .7; font-family: ui-monospace, monospace }
</style></head><body><main><h1>One moment</h1><p>${detail}</p><p>This page tries again by itself.</p><small>${requestId}</small></main></body></html>
`;
