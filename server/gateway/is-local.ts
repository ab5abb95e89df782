import type { IncomingMessage } from "node:http";
import { isLoopback, isLoopbackName } from "@/lib/net/address";
import { hostName } from "@/server/http/host-name";

/** A proxy on this machine passes other machines' requests on, and most say so. */
const forwardingHeaders = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/**
 * Whether a program on this machine sent the request itself: over loopback, not for someone else,
 * and to a name of this machine, because a foreign page can make a browser send requests here under
 * its own name (DNS rebinding).
 */
export function isLocal(request: IncomingMessage, serverNames: readonly string[]): boolean {
  const name = hostName(request.headers.host);
  return (
    isLoopback(request.socket.remoteAddress ?? null) &&
    name !== null &&
    (isLoopbackName(name) || serverNames.includes(name)) &&
    forwardingHeaders.every((header) => request.headers[header] === undefined)
  );
}
