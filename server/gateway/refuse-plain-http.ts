import type { ErrorCode } from "@/lib/errors/codes";
import { isLoopback, isLoopbackName } from "@/lib/net/address";
import { hostName } from "@/server/http/host-name";
import type { RequestContext } from "@/server/http/request-context";

export type PlainHttpRefusal = Readonly<{
  code: ErrorCode;
  title: string;
  detail: string;
}>;

/**
 * Refuses plain HTTP to the console and the API unless it comes from this machine, under one of its
 * own hostnames. The hostname matters because a foreign page can make a browser send requests here
 * under its own name (DNS rebinding).
 */
export function refusePlainHttp(
  context: RequestContext,
  hostHeader: string | undefined,
  serverNames: readonly string[],
  httpsPort: number,
): PlainHttpRefusal | null {
  if (context.listener !== "http") return null;
  if (!isLoopback(context.ip)) {
    return {
      code: "https.required",
      title: "HTTPS required",
      detail: `From other machines, plain HTTP serves only certificate status (CRL, OCSP, CA certificates). Use HTTPS on port ${httpsPort}.`,
    };
  }
  const name = hostName(hostHeader);
  if (name !== null && (isLoopbackName(name) || serverNames.includes(name))) return null;
  return {
    code: "host.unknown",
    title: "Unknown host",
    detail:
      "Over plain HTTP, the console and the API answer only to localhost and to the hostnames in CHANCERY_HOST and CHANCERY_PUBLIC_URL.",
  };
}
