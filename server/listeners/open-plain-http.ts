import type { DoorContext } from "@/server/listeners/context";
import { hostName, isLoopback, isLoopbackName } from "@/server/listeners/addresses";

export type PlainRefusal = Readonly<{
  status: 403 | 421;
  code: string;
  title: string;
  detail: string;
}>;

/**
 * Whether plain HTTP may reach the console and the API: only from this machine, and only under a name that is this machine's.
 * The name matters because a foreign page can make a browser send requests here under its own name (DNS rebinding).
 */
export function refusePlainHttp(
  context: DoorContext,
  hostHeader: string | undefined,
  ownNames: readonly string[],
  httpsPort: number,
): PlainRefusal | null {
  if (context.listener !== "http") return null;
  if (!isLoopback(context.ip)) {
    return {
      status: 403,
      code: "https.required",
      title: "HTTPS is required here",
      detail: `From another machine only the certificate status (CRL, OCSP, CA certificates) is served over plain HTTP. Use HTTPS on port ${httpsPort}.`,
    };
  }
  const name = hostName(hostHeader);
  if (name !== null && (isLoopbackName(name) || ownNames.includes(name))) return null;
  return {
    status: 421,
    code: "host.unknown",
    title: "This is not the host that was asked for",
    detail:
      "Over plain HTTP the console and the API answer to localhost and to the names in CHANCERY_HOST and CHANCERY_PUBLIC_URL.",
  };
}
