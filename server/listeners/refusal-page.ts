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

/** The colours and the mark of the console, written out: the door serves this page without it. */
const style = `
:root { color-scheme: light dark; --ground: light-dark(oklch(0.982 0.005 85), oklch(0.178 0.006 80)); --raised: light-dark(oklch(1 0 0), oklch(0.212 0.007 80)); --line: light-dark(oklch(0.9 0.009 85), oklch(0.295 0.009 80));
  --text: light-dark(oklch(0.235 0.014 75), oklch(0.935 0.008 85)); --muted: light-dark(oklch(0.47 0.015 75), oklch(0.72 0.013 85)); --accent: light-dark(oklch(0.455 0.083 197), oklch(0.745 0.082 188)); --on-accent: light-dark(oklch(1 0 0), oklch(0.205 0.035 200));
  --denied: light-dark(oklch(0.48 0.18 27), oklch(0.8 0.125 25)); --denied-soft: light-dark(oklch(0.957 0.024 25), oklch(0.272 0.042 25)) }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--text); font: 14px/1.55 ui-sans-serif, system-ui, sans-serif; -webkit-font-smoothing: antialiased }
.frame { display: flex; min-height: 100dvh; flex-direction: column; align-items: center; padding: min(10vh, 5.5rem) 1rem 2rem }
header { display: flex; flex-direction: column; align-items: center; gap: .5rem; padding-bottom: 1.75rem; font-size: 1rem; font-weight: 600; letter-spacing: -.01em }
main { width: 100%; max-width: 28rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--raised); padding: 1.25rem; overflow-wrap: anywhere; box-shadow: 0 1px 2px rgb(0 0 0 / .04) }
.head { display: flex; align-items: center; gap: .75rem }
.head svg { flex: none; padding: .5rem; border-radius: 99px; background: var(--denied-soft); color: var(--denied) }
h1 { margin: 0; font-size: 1.125rem; line-height: 1.35; letter-spacing: -.01em }
p { margin: .9rem 0 0 } .quiet { color: var(--muted); font-size: .8125rem }
a { display: block; margin-top: 1.1rem; border-radius: .375rem; background: var(--accent); color: var(--on-accent); padding: .6rem 1rem; text-align: center; font-weight: 500; text-decoration: none }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .25rem 1rem; margin: 1.1rem 0 0; border-top: 1px solid var(--line); padding-top: .9rem; font-size: .75rem }
dt { color: var(--muted) } dd { margin: 0; font-family: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace }
`;
const mark = `<svg width="44" height="44" viewBox="0 0 24 24" aria-hidden="true" fill="none"><path d="M18.4 6.1A8.6 8.6 0 1 0 10.6 20.4" stroke="currentColor" stroke-width="2.3" stroke-linecap="round"/><path d="M15.9 9.1A4.6 4.6 0 1 0 8.5 14.5" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" opacity=".45"/><circle cx="17.1" cy="17" r="4.5" fill="var(--accent)"/><circle cx="17.1" cy="17" r="2.1" stroke="var(--on-accent)" stroke-width="1.1" opacity=".85"/></svg>`;
const sign = `<svg width="40" height="40" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"><circle cx="12" cy="12" r="9.5"/><path d="M5.5 5.5l13 13"/></svg>`;

function page(nonce: string, { title, detail, code, requestId, httpsPort }: RefusalPage, host: string | null): string {
  const other = host === null ? "" : `<a href="https://${escaped(host.includes(":") ? `[${host}]` : host)}:${httpsPort}/sign-in">Sign in without a certificate</a>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)} · Chancery</title>
<style nonce="${nonce}">${style}</style></head><body><div class="frame"><header>${mark}<span>Chancery</span></header><main><div class="head">${sign}<h1>${escaped(title)}</h1></div><p>${escaped(detail)}</p>
<p class="quiet">Your browser remembers which certificate it has sent. To choose another one, close all of its windows, or open a private one.</p>${other}
<dl><dt>Reason</dt><dd>${escaped(code)}</dd><dt>Request</dt><dd>${escaped(requestId)}</dd></dl></main></div></body></html>
`;
}
