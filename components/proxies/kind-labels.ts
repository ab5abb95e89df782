import type { ProxyKind } from "@/lib/proxies/schema";

/** The label of each kind of proxy, and the one certificate header that is read from it. */
export const kindLabels: Readonly<
  Record<ProxyKind, Readonly<{ label: string; certificate: string; hint: string }>>
> = {
  nginx: {
    label: "nginx",
    certificate: "X-SSL-Client-Cert",
    hint: "auth_request with $ssl_client_escaped_cert.",
  },
  traefik: {
    label: "Traefik",
    certificate: "X-Forwarded-Tls-Client-Cert",
    hint: "ForwardAuth, after passTLSClientCert.",
  },
  envoy: {
    label: "Envoy",
    certificate: "X-Forwarded-Client-Cert",
    hint: "ext_authz over HTTP. The last element is used.",
  },
  rfc9440: {
    label: "Client-Cert (RFC 9440)",
    certificate: "Client-Cert",
    hint: "For Caddy and other proxies that follow the standard.",
  },
};
