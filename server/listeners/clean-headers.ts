import type { IncomingMessage } from "node:http";

/**
 * Names that only the door may set towards the API and the console. What a client sends under them is dropped: they would say who
 * called and from where, or (x-middleware-…, x-invoke-…) make the page framework skip its own steps.
 */
const reserved = /^(?:x-chancery-|x-forwarded|forwarded$|x-real-ip$|x-middleware-|x-invoke-|x-matched-path$|content-security-policy)/i;

/** Drops reserved names from both forms in which Node keeps a request's headers. */
export function cleanHeaders(request: IncomingMessage): void {
  const raw = request.rawHeaders, kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (!reserved.test(raw[i]!)) kept.push(raw[i]!, raw[i + 1]!);
  }
  if (kept.length === raw.length) return;
  request.rawHeaders = kept;
  for (const name of Object.keys(request.headers)) if (reserved.test(name)) delete request.headers[name];
}
