import type { IncomingMessage } from "node:http";
import { type ForwardedHeaders, forwardedHeaderNames } from "@/lib/client-auth/forwarded-headers";

/**
 * Headers that only the gateway may set for the API and the console. They are stripped from every
 * client's request: they would claim who called and from where, or (x-middleware-…, x-invoke-…)
 * make Next skip its own steps.
 */
const reserved =
  /^(?:x-chancery-|x-forwarded|forwarded$|x-real-ip$|x-ssl-client-|x-original-|client-cert(?:-chain)?$|x-middleware-|x-invoke-|x-matched-path$|content-security-policy)/i;
const none: ForwardedHeaders = new Map();

/**
 * Removes reserved headers from both forms in which Node keeps a request's headers. Returns the
 * forwarding headers among them, line by line; whether they may be trusted is decided elsewhere.
 */
export function stripReservedHeaders(request: IncomingMessage): ForwardedHeaders {
  const raw = request.rawHeaders;
  const kept: string[] = [];
  let forwarded: Map<string, string[]> | null = null;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (!reserved.test(raw[i]!)) {
      kept.push(raw[i]!, raw[i + 1]!);
      continue;
    }
    const name = raw[i]!.toLowerCase();
    if (!forwardedHeaderNames.has(name)) continue;
    forwarded ??= new Map();
    forwarded.set(name, [...(forwarded.get(name) ?? []), raw[i + 1]!]);
  }
  if (kept.length === raw.length) return none;
  request.rawHeaders = kept;
  for (const name of Object.keys(request.headers))
    if (reserved.test(name)) delete request.headers[name];
  return forwarded ?? none;
}
