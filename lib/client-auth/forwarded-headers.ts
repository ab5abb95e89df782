import type { ProxyKind } from "@/lib/proxies/schema";

/** Values of the forwarding headers of a request, by lower-case name, one item per header line. */
export type ForwardedHeaders = ReadonlyMap<string, readonly string[]>;

/** The only headers that are read from each kind of proxy. */
export const headersByKind = {
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

/**
 * All headers by which some kind of proxy describes its client. They are stripped from every
 * request, and counted where they come from a client that is not a trusted proxy.
 */
export const forwardedHeaderNames: ReadonlySet<string> = new Set([
  "client-cert-chain",
  ...Object.values(headersByKind).flatMap(({ certificate, method, target, host, addresses }) =>
    [certificate, method, target, host, ...addresses].filter((name) => name !== null),
  ),
]);
