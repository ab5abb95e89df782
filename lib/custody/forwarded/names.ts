import type { ProxyKind } from "@/lib/proxies/schema";

/** What a request says under the names below: by lower-case name, each line of the request by itself. */
export type ForwardedHeaders = ReadonlyMap<string, readonly string[]>;

/** The headers that are read of each kind of proxy, and nothing else is. */
export const headersOfKind = {
  nginx: {
    certificate: "x-ssl-client-cert",
    method: "x-original-method",
    target: "x-original-uri",
    host: null,
    addresses: ["x-forwarded-for"],
  },
  traefik: {
    certificate: "x-forwarded-tls-client-cert",
    method: "x-forwarded-method",
    target: "x-forwarded-uri",
    host: "x-forwarded-host",
    addresses: ["x-forwarded-for"],
  },
  envoy: {
    certificate: "x-forwarded-client-cert",
    method: null,
    target: null,
    host: null,
    addresses: ["x-forwarded-for"],
  },
  rfc9440: {
    certificate: "client-cert",
    method: "x-original-method",
    target: "x-original-uri",
    host: null,
    addresses: ["x-forwarded-for", "forwarded"],
  },
} as const satisfies Record<
  ProxyKind,
  Readonly<{
    certificate: string;
    method: string | null;
    target: string | null;
    host: string | null;
    addresses: readonly string[];
  }>
>;

/** Every name under which some proxy speaks for a client; taken off every request, and counted where it may not be read. */
export const forwardedNames: ReadonlySet<string> = new Set([
  "client-cert-chain",
  ...Object.values(headersOfKind).flatMap(({ certificate, method, target, host, addresses }) =>
    [certificate, method, target, host, ...addresses].filter((name) => name !== null),
  ),
]);
