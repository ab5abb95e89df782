import type { ProxyKind } from "@/lib/proxies/schema";
import { addressInForwarded, addressInList } from "@/lib/client-auth/forwarded/read-address";
import { readForwardedCertificate } from "@/lib/client-auth/forwarded/read-certificate";
import { type ForwardedHeaders, headersByKind } from "./forwarded-headers";
import type { PresentedCertificate } from "./presented-certificate";
import type { ForwardedRequest, TrustedProxy } from "./types";

/** What the gateway itself knows about the proxy's request. */
type ProxyRequest = Readonly<{ ip: string | null; method: string; url: string }>;
export type ForwardedClient = Readonly<{
  /** Null if the headers do not give it in the form that the proxy's hops require. */
  ip: string | null;
  /** Null if it cannot be read, undefined if there is none. */
  certificate: PresentedCertificate | null | undefined;
  /** The request that forward auth asks about; null if missing or ambiguous. */
  request: ForwardedRequest | null;
}>;

/**
 * What a trusted proxy forwards about its client's request, read only from the headers of its kind.
 * The certificate has not been verified yet.
 */
export function readForwardedClient(
  { kind, hops }: Pick<TrustedProxy, "kind" | "hops">,
  headers: ForwardedHeaders,
  proxyRequest: ProxyRequest,
): ForwardedClient {
  return {
    ip: hops === 0 ? proxyRequest.ip : clientAddress(kind, hops, headers),
    certificate: readForwardedCertificate(kind, headers),
    request: readForwardedRequest(kind, headers, proxyRequest),
  };
}

function clientAddress(kind: ProxyKind, hops: number, headers: ForwardedHeaders): string | null {
  const names: readonly string[] = headersByKind[kind].addresses;
  const addresses = names
    .filter((name) => headers.has(name))
    .map((name) =>
      (name === "forwarded" ? addressInForwarded : addressInList)(headers.get(name) ?? [], hops),
    );
  // Where both headers are present, one may have come from the client unchanged: they must agree.
  return new Set(addresses).size === 1 ? addresses[0]! : null;
}

const methodToken = /^[A-Za-z][A-Za-z-]{0,31}$/;

function readForwardedRequest(
  kind: ProxyKind,
  headers: ForwardedHeaders,
  proxyRequest: ProxyRequest,
): ForwardedRequest | null {
  const names = headersByKind[kind];
  if (names.method === null || names.target === null)
    return { method: proxyRequest.method, path: pathAfterService(proxyRequest.url), host: null };
  const method = singleLine(headers, names.method);
  const path = singleLine(headers, names.target);
  if (method === null || path === null || !methodToken.test(method)) return null;
  return { method, path, host: names.host === null ? null : singleLine(headers, names.host) };
}

/** The value of a header that must occur exactly once. */
function singleLine(headers: ForwardedHeaders, name: string): string | null {
  const lines = headers.get(name) ?? [];
  const [line] = lines;
  return lines.length === 1 && line !== undefined && line.trim() !== "" ? line.trim() : null;
}

/**
 * Envoy appends the original target to the path that it asks:
 * /api/v1/authorize/payments/v1/orders?x=1.
 */
const pathAfterService = (url: string): string =>
  /^\/api\/v1\/authorize\/[^/?]+(\/.*)$/s.exec(url)?.[1] ?? "/";
