import type { ProxyKind } from "@/lib/proxies/schema";

/** What a kind is called, and the headers that are read from it; no other ones are. */
export const kindWords: Readonly<
  Record<ProxyKind, Readonly<{ label: string; certificate: string; hint: string }>>
> = {
  nginx: {
    label: "nginx",
    certificate: "X-SSL-Client-Cert",
    hint: "auth_request, with the certificate as $ssl_client_escaped_cert.",
  },
  traefik: {
    label: "Traefik",
    certificate: "X-Forwarded-Tls-Client-Cert",
    hint: "ForwardAuth, with passTLSClientCert before it.",
  },
  envoy: {
    label: "Envoy",
    certificate: "X-Forwarded-Client-Cert",
    hint: "ext_authz over HTTP; the last element counts.",
  },
  rfc9440: {
    label: "Client-Cert (RFC 9440)",
    certificate: "Client-Cert",
    hint: "For proxies that speak the standard.",
  },
};
