import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import {
  contentSecurityPolicy,
  makeNonce,
  pageHeaders,
} from "@/server/gateway/console-proxy/page-headers";
import { hostName } from "@/server/http/host-name";

export type GatewayPage = Readonly<{
  status: number;
  /** "denied": permanent; "wait": temporary. */
  tone: "denied" | "wait";
  title: string;
  /** Paragraphs; the first says what happened. */
  texts: readonly string[];
  link?: Readonly<{ href: string; text: string }> | null;
  facts: readonly (readonly [name: string, value: string])[];
  headers?: Readonly<Record<string, string>>;
}>;

/** Whether the answer to this request is for a person: a page instead of problem+json. */
export const acceptsPage = ({
  headers,
  method,
  url,
}: Pick<IncomingMessage, "headers" | "method" | "url">): boolean =>
  (method === "GET" || method === "HEAD") &&
  (headers.accept ?? "").includes("text/html") &&
  !/^\/(?:api\/v1|log)\//.test(url ?? "/");

/**
 * Answers with a page that the gateway renders itself, without the console: no scripts, nothing
 * from other origins.
 */
export function sendGatewayPage(
  request: IncomingMessage,
  response: ServerResponse,
  page: GatewayPage,
): void {
  const nonce = makeNonce(),
    host = hostName(request.headers.host),
    body = pageText(nonce, page);
  response.writeHead(page.status, {
    ...pageHeaders(
      contentSecurityPolicy(nonce),
      (request.socket as Partial<TLSSocket>).encrypted === true,
      host,
    ),
    "content-type": "text/html; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    ...page.headers,
  });
  response.end(body);
}

/** A page for a temporary problem, which reloads itself. */
export function sendWaitPage(
  request: IncomingMessage,
  response: ServerResponse,
  {
    status,
    title,
    detail,
    facts,
    seconds,
  }: Readonly<{
    status: number;
    title: string;
    detail: string;
    facts: GatewayPage["facts"];
    seconds: number;
  }>,
): void {
  // A form that was submitted is not submitted again.
  const canReload = request.method === "GET" || request.method === "HEAD";
  sendGatewayPage(request, response, {
    status,
    tone: "wait",
    title,
    facts,
    texts: canReload ? [detail, "This page reloads automatically."] : [detail],
    headers: { "retry-after": String(seconds), ...(canReload ? { refresh: String(seconds) } : {}) },
  });
}

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`);

/** The colors and logo of the console, inlined: this page is served without it. */
const style = `
:root { color-scheme: light dark; --ground: light-dark(oklch(0.982 0.005 85), oklch(0.178 0.006 80)); --raised: light-dark(oklch(1 0 0), oklch(0.212 0.007 80)); --line: light-dark(oklch(0.9 0.009 85), oklch(0.295 0.009 80));
  --text: light-dark(oklch(0.235 0.014 75), oklch(0.935 0.008 85)); --muted: light-dark(oklch(0.47 0.015 75), oklch(0.72 0.013 85)); --accent: light-dark(oklch(0.455 0.083 197), oklch(0.745 0.082 188)); --on-accent: light-dark(oklch(1 0 0), oklch(0.205 0.035 200));
  --denied: light-dark(oklch(0.48 0.18 27), oklch(0.8 0.125 25)); --denied-soft: light-dark(oklch(0.957 0.024 25), oklch(0.272 0.042 25)); --wait-soft: light-dark(oklch(0.945 0.012 197), oklch(0.272 0.02 188)) }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--text); font: 14px/1.55 ui-sans-serif, system-ui, sans-serif; -webkit-font-smoothing: antialiased }
.frame { display: flex; min-height: 100dvh; flex-direction: column; align-items: center; padding: min(10vh, 5.5rem) 1rem 2rem }
header { display: flex; flex-direction: column; align-items: center; gap: .5rem; padding-bottom: 1.75rem; font-size: 1rem; font-weight: 600; letter-spacing: -.01em }
main { width: 100%; max-width: 28rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--raised); padding: 1.25rem; overflow-wrap: anywhere; box-shadow: 0 1px 2px rgb(0 0 0 / .04) }
.head { display: flex; align-items: center; gap: .75rem }
.head svg { flex: none; padding: .5rem; border-radius: 99px; background: var(--denied-soft); color: var(--denied) }
.head.wait svg { background: var(--wait-soft); color: var(--accent) }
h1 { margin: 0; font-size: 1.125rem; line-height: 1.35; letter-spacing: -.01em }
p { margin: .9rem 0 0 } .quiet { color: var(--muted); font-size: .8125rem }
a { display: block; margin-top: 1.1rem; border-radius: .375rem; background: var(--accent); color: var(--on-accent); padding: .6rem 1rem; text-align: center; font-weight: 500; text-decoration: none }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .25rem 1rem; margin: 1.1rem 0 0; border-top: 1px solid var(--line); padding-top: .9rem; font-size: .75rem }
dt { color: var(--muted) } dd { margin: 0; font-family: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace }
`;
const mark = `<svg width="44" height="44" viewBox="0 0 24 24" aria-hidden="true" fill="none"><path d="M18.4 6.1A8.6 8.6 0 1 0 10.6 20.4" stroke="currentColor" stroke-width="2.3" stroke-linecap="round"/><path d="M15.9 9.1A4.6 4.6 0 1 0 8.5 14.5" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" opacity=".45"/><circle cx="17.1" cy="17" r="4.5" fill="var(--accent)"/><circle cx="17.1" cy="17" r="2.1" stroke="var(--on-accent)" stroke-width="1.1" opacity=".85"/></svg>`;
const icon = (path: string): string =>
  `<svg width="40" height="40" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"><circle cx="12" cy="12" r="9.5"/><path d="${path}"/></svg>`;
const icons = { denied: icon("M5.5 5.5l13 13"), wait: icon("M12 6.5V12l3.5 2") } as const;

function pageText(nonce: string, { tone, title, texts, link, facts }: GatewayPage): string {
  const paragraphs = texts
    .map((text, index) => `<p${index === 0 ? "" : ' class="quiet"'}>${escaped(text)}</p>`)
    .join("\n");
  const list = facts
    .map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`)
    .join("");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)} · Chancery</title>
<style nonce="${nonce}">${style}</style></head><body><div class="frame"><header>${mark}<span>Chancery</span></header><main><div class="head ${tone}">${icons[tone]}<h1>${escaped(title)}</h1></div>${paragraphs}
${link ? `<a href="${escaped(link.href)}">${escaped(link.text)}</a>` : ""}<dl>${list}</dl></main></div></body></html>
`;
}
