import type { IncomingMessage, ServerResponse } from "node:http";
import { hostName } from "@/server/listeners/addresses";
import { contentSecurityPolicy, makeNonce, pageHeaders } from "@/server/proxy/page-headers";

export type RefusalPage = Readonly<{ status: 401 | 403; code: string; title: string; detail: string; requestId: string; httpsPort: number }>;

/** For a person whose browser has sent a certificate that does not count: what is wrong, what helps, and the way in without one. No script, nothing from elsewhere. */
export function sendRefusalPage(request: IncomingMessage, response: ServerResponse, refusal: RefusalPage): void {
  const nonce = makeNonce(), host = hostName(request.headers.host), body = page(nonce, refusal, host);
  response.writeHead(refusal.status, {
    ...pageHeaders(contentSecurityPolicy(nonce), true, host),
    "content-type": "text/html; charset=utf-8", "content-length": Buffer.byteLength(body), "cache-control": "no-store",
    // A browser chooses its certificate once for a connection; the next one may choose another.
    connection: "close",
    ...(refusal.status === 401 ? { "www-authenticate": 'Bearer realm="Chancery"' } : {}),
  });
  response.end(body);
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`);

function page(nonce: string, { title, detail, code, requestId, httpsPort }: RefusalPage, host: string | null): string {
  const other = host === null ? "" : `<p><a href="https://${escaped(host.includes(":") ? `[${host}]` : host)}:${httpsPort}/sign-in">Sign in without a certificate</a></p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)} · Chancery</title>
<style nonce="${nonce}">
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 15px/1.6 system-ui, sans-serif }
main { max-width: 34rem; padding: 2rem; overflow-wrap: anywhere }
h1 { font-size: 1.25rem; line-height: 1.35; margin: 0 0 .5rem }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 1.5rem 0 0; font-size: .85rem; opacity: .8 }
dd { margin: 0; font-family: ui-monospace, monospace }
</style></head><body><main><h1>${escaped(title)}</h1><p>${escaped(detail)}</p>
<p>Your browser remembers which certificate it has sent. To choose another one, close all of its windows, or open a private one.</p>${other}
<dl><dt>Reason</dt><dd>${escaped(code)}</dd><dt>Request</dt><dd>${escaped(requestId)}</dd></dl></main></body></html>
`;
}
