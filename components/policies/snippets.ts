/** The service, and the host and mTLS port where Chancery authorizes its requests. */
export type SnippetFacts = Readonly<{ service: string; host: string; port: number }>;
export type Snippet = Readonly<{ kind: string; label: string; file: string; code: string }>;

/**
 * The tested example configurations that come with Chancery. They use the service payments at
 * chancery.example.com:3444.
 */
export const exampleFiles = [
  { kind: "nginx", label: "nginx", file: "examples/nginx/payments.conf" },
  { kind: "traefik", label: "Traefik", file: "examples/traefik/dynamic.yml" },
  { kind: "envoy", label: "Envoy", file: "examples/envoy/envoy.yaml" },
] as const;

/** An example configuration with the names of this service and this Chancery. */
export function fitExample(text: string, { service, host, port }: SnippetFacts): string {
  return text
    .replaceAll(/\bpayments\b/g, service)
    .replaceAll("chancery.example.com:3444", `${host}:${port}`)
    .replaceAll("port_value: 3444", `port_value: ${port}`)
    .replaceAll("chancery.example.com", host);
}
