/** Where the proxy finds what it needs: the port that asks for certificates, and the service's name. */
export type SnippetFacts = Readonly<{ service: string; host: string; port: number }>;

const nginx = ({ service, host, port }: SnippetFacts): string => `server {
    # Any client certificate is asked for; Chancery decides on it.
    ssl_verify_client optional_no_ca;

    location / {
        auth_request /_chancery;
        auth_request_set $chancery_identity $upstream_http_x_chancery_identity;
        proxy_set_header X-Chancery-Identity $chancery_identity;
        proxy_pass http://${service};
    }

    location = /_chancery {
        internal;
        proxy_pass https://${host}:${port}/api/v1/authorize?service=${service};
        proxy_ssl_certificate         /etc/nginx/chancery/proxy.pem;
        proxy_ssl_certificate_key     /etc/nginx/chancery/proxy.key;
        proxy_ssl_trusted_certificate /etc/nginx/chancery/root.pem;
        proxy_ssl_verify on;
        proxy_ssl_name ${host};
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-URI    $request_uri;
        proxy_set_header X-Forwarded-For   $remote_addr;
    }
}`;

const traefik = ({ service, host, port }: SnippetFacts): string => `http:
  middlewares:
    client-certificate:
      passTLSClientCert:
        pem: true
    ${service}-chancery:
      forwardAuth:
        address: "https://${host}:${port}/api/v1/authorize?service=${service}"
        authResponseHeaders: ["X-Chancery-Identity", "X-Chancery-Identity-Id"]
        tls:
          ca: /etc/traefik/chancery/root.pem
          cert: /etc/traefik/chancery/proxy.pem
          key: /etc/traefik/chancery/proxy.key
  routers:
    ${service}:
      rule: Host(\`${service}.example.com\`)
      middlewares: [client-certificate, ${service}-chancery]
      service: ${service}
      tls:
        options: any-certificate
tls:
  options:
    any-certificate:
      clientAuth:
        clientAuthType: RequestClientCert`;

const envoy = ({ service, host, port }: SnippetFacts): string => `# In the HTTP connection manager of the listener
forward_client_cert_details: SANITIZE_SET
set_current_client_cert_details: { cert: true }
http_filters:
  - name: envoy.filters.http.ext_authz
    typed_config:
      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
      failure_mode_allow: false
      http_service:
        server_uri: { uri: "https://${host}:${port}", cluster: chancery, timeout: 1s }
        path_prefix: /api/v1/authorize/${service}
        authorization_request:
          allowed_headers:
            patterns: [{ exact: x-forwarded-client-cert }, { exact: x-forwarded-for }]
        authorization_response:
          allowed_upstream_headers:
            patterns: [{ prefix: x-chancery- }]`;

/** What goes into a proxy's configuration so that it asks about this service, by proxy. */
export const snippets = [
  { kind: "nginx", label: "nginx", write: nginx }, { kind: "traefik", label: "Traefik", write: traefik }, { kind: "envoy", label: "Envoy", write: envoy },
] as const satisfies readonly Readonly<{ kind: string; label: string; write: (facts: SnippetFacts) => string }>[];
