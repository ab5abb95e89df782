import type { IncomingMessage } from "node:http";
import { forwardedNames } from "@/lib/custody/forwarded/names";
import type { ForwardedHeaders } from "@/lib/custody/forwarded/names";

/**
 * Names that only the door may set towards the API and the console. What a client sends under them is dropped: they would say who
 * called and from where, or (x-middleware-…, x-invoke-…) make the page framework skip its own steps.
 */
const reserved =
  /^(?:x-chancery-|x-forwarded|forwarded$|x-real-ip$|x-ssl-client-|x-original-|client-cert(?:-chain)?$|x-middleware-|x-invoke-|x-matched-path$|content-security-policy)/i;
const none: ForwardedHeaders = new Map();

/**
 * Drops reserved names from both forms in which Node keeps a request's headers. Returns what stood under the names by which proxies speak
 * for their clients, each line by itself: whether anybody may read it is decided elsewhere.
 */
export function cleanHeaders(request: IncomingMessage): ForwardedHeaders {
  const raw = request.rawHeaders,
    kept: string[] = [];
  let taken: Map<string, string[]> | null = null;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (!reserved.test(raw[i]!)) {
      kept.push(raw[i]!, raw[i + 1]!);
      continue;
    }
    const name = raw[i]!.toLowerCase();
    if (!forwardedNames.has(name)) continue;
    taken ??= new Map();
    taken.set(name, [...(taken.get(name) ?? []), raw[i + 1]!]);
  }
  if (kept.length === raw.length) return none;
  request.rawHeaders = kept;
  for (const name of Object.keys(request.headers))
    if (reserved.test(name)) delete request.headers[name];
  return taken ?? none;
}
