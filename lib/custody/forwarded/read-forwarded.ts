import { headersOfKind } from "@/lib/custody/forwarded/names";
import type { ForwardedHeaders } from "@/lib/custody/forwarded/names";
import { addressInForwarded, addressInList } from "@/lib/custody/forwarded/read-address";
import { readForwardedCertificate } from "@/lib/custody/forwarded/read-certificate";
import type { PresentedCertificate } from "@/lib/custody/presented";
import type { ForwardedRequest, TrustedProxy } from "@/lib/custody/types";
import type { ProxyKind } from "@/lib/proxies/schema";

/** What the door saw itself of the proxy's request. */
type Own = Readonly<{ ip: string | null; method: string; url: string }>;
export type SaidByProxy = Readonly<{
  /** Null if its headers do not say it in the way that its hops ask for. */
  ip: string | null;
  /** Null if it cannot be read, undefined if there is none. */
  certificate: PresentedCertificate | null | undefined;
  /** Null if the request that it asks about is not said, or not clearly. */
  asked: ForwardedRequest | null;
}>;

/** What a trusted proxy says of its client's request, from the headers of its kind alone. The certificate is not judged yet. */
export function readForwarded(
  { kind, hops }: Pick<TrustedProxy, "kind" | "hops">,
  headers: ForwardedHeaders,
  own: Own,
): SaidByProxy {
  return {
    ip: hops === 0 ? own.ip : clientAddress(kind, hops, headers),
    certificate: readForwardedCertificate(kind, headers),
    asked: askedOf(kind, headers, own),
  };
}

function clientAddress(kind: ProxyKind, hops: number, headers: ForwardedHeaders): string | null {
  const names: readonly string[] = headersOfKind[kind].addresses;
  const said = names
    .filter((name) => headers.has(name))
    .map((name) =>
      (name === "forwarded" ? addressInForwarded : addressInList)(headers.get(name) ?? [], hops),
    );
  // Where both stand, one of them may have come through from the client: they have to agree.
  return new Set(said).size === 1 ? said[0]! : null;
}

const methodToken = /^[A-Za-z][A-Za-z-]{0,31}$/;

function askedOf(kind: ProxyKind, headers: ForwardedHeaders, own: Own): ForwardedRequest | null {
  const { method, target, host } = headersOfKind[kind];
  if (method === null || target === null)
    return { method: own.method, path: behindService(own.url), host: null };
  const saidMethod = onlyLine(headers, method),
    saidTarget = onlyLine(headers, target);
  if (saidMethod === null || saidTarget === null || !methodToken.test(saidMethod)) return null;
  return {
    method: saidMethod,
    path: saidTarget,
    host: host === null ? null : onlyLine(headers, host),
  };
}

function onlyLine(headers: ForwardedHeaders, name: string): string | null {
  const lines = headers.get(name) ?? [],
    [line] = lines;
  return lines.length === 1 && line !== undefined && line.trim() !== "" ? line.trim() : null;
}

/** Envoy puts the original target behind the address that it asks: /api/v1/authorize/payments/v1/orders?x=1. */
const behindService = (url: string): string =>
  /^\/api\/v1\/authorize\/[^/?]+(\/.*)$/s.exec(url)?.[1] ?? "/";
