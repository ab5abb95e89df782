import { execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Api } from "./_chancery";
import { freePort, type Running, stopper, untilAnswers } from "./_tools";

/**
 * A trusted proxy with its certificate, a client's certificate and a policy that allows what the
 * client asks for, the files in the folder.
 */
export async function setUpForwardAuth(folder: string, url: string, api: Api): Promise<void> {
  const edge = await issueToFiles(folder, api, "edge"),
    client = await issueToFiles(folder, api, "client");
  writeFileSync(join(folder, "root.pem"), await (await fetch(`${url}/ca/root.pem`)).text());
  await api("/proxies", { identity: edge, kind: "nginx", hops: 1, ...(await accepted(api, edge)) });
  await api("/policies", {
    service: "benchmark",
    name: "Benchmark",
    rules: [
      { name: "no admin", effect: "deny", paths: ["/admin/**", "/v1/*/admin"] },
      { name: "elsewhere", effect: "deny", networks: ["192.0.2.0/24"] },
      {
        name: "payments",
        effect: "allow",
        identities: [client],
        profiles: ["tls-client-service"],
        methods: ["GET", "POST"],
        paths: ["/v1/payments/**"],
        networks: ["127.0.0.0/8", "10.0.0.0/8"],
      },
    ],
  });
}

/**
 * What a proxy's identity has already is accepted by its digest; versions without powers need none.
 */
async function accepted(api: Api, identity: string): Promise<{ accepted?: string }> {
  const { paths } = (await api("/openapi.json")) as { paths: Readonly<Record<string, unknown>> };
  const isPower = (path: string): boolean => path.endsWith("/identities/{id}/power");
  if (!Object.keys(paths).some(isPower)) return {};
  const { existing } = await api(`/identities/${identity}/power`);
  return { accepted: (existing as { digest: string }).digest };
}

/** A certificate with its key in files, for a new identity. */
async function issueToFiles(folder: string, api: Api, name: string): Promise<string> {
  const identity = await api("/identities", {
    kind: "service",
    name,
    owner: "benchmark@example.com",
  });
  execFileSync(
    "openssl",
    [
      "req",
      "-new",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.csr`,
      "-subj",
      `/CN=${name}.example.com`,
      "-addext",
      `subjectAltName=DNS:${name}.example.com`,
    ],
    { cwd: folder, stdio: "ignore" },
  );
  const certificate = await api("/certificates", {
    profile: "tls-client-service",
    identity: identity.id,
    csr: readFileSync(join(folder, `${name}.csr`), "utf8"),
  });
  writeFileSync(
    join(folder, `${name}.pem`),
    `${String(certificate.pem)}${String(certificate.chainPem)}`,
  );
  writeFileSync(join(folder, `${name}.leaf`), String(certificate.pem));
  return String(identity.id);
}

export function startNginx(
  folder: string,
  name: string,
  http: string,
): Promise<Running & { port: number }> {
  return freePort().then(async (port) => {
    const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((what) => `${what}_temp_path ${folder}/${name}-${what};`)
      .join(" ");
    writeFileSync(
      join(folder, `${name}.conf`),
      `worker_processes 1; daemon off; user root; pid ${folder}/${name}.nginx.pid; error_log ${folder}/${name}.error.log error;
events { worker_connections 4096; }
http { keepalive_requests 1000000000; ${temp} access_log off; ${http.replaceAll("PORT", String(port))} }`,
    );
    const child = spawn("nginx", ["-e", "stderr", "-c", join(folder, `${name}.conf`)], {
      stdio: "ignore",
    });
    await untilAnswers(`http://127.0.0.1:${port}/`, child);
    return { port, url: `http://127.0.0.1:${port}`, stop: stopper(child) };
  });
}

/** The service: notes of each request the entry that allowed it. */
export const upstreamConfig = (folder: string): string =>
  `log_format entry '$http_x_chancery_entry'; server { listen 127.0.0.1:PORT backlog=4096; location / { return 204; } location /v1/ { access_log ${folder}/reached.log entry buffer=64k flush=100ms; default_type text/plain; return 200 "ok\\n"; } location /open/ { access_log ${folder}/open.log entry buffer=64k flush=100ms; default_type text/plain; return 200 "ok\\n"; } }`;

export const frontConfig = (folder: string, mtlsPort: number, upstream: number): string => `
upstream service { server 127.0.0.1:${upstream}; keepalive 64; }
upstream chancery { server 127.0.0.1:${mtlsPort}; keepalive 64; keepalive_requests 1000000000; }
server {
  listen 127.0.0.1:PORT backlog=4096;
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_ignore_client_abort on;
  location / { return 204; }
  location /plain/ { proxy_pass http://service/open/; }
  location /v1/ {
    auth_request /_authorize; auth_request_set $entry $upstream_http_x_chancery_entry; auth_request_set $identity $upstream_http_x_chancery_identity;
    proxy_pass http://service; proxy_set_header Connection ""; proxy_set_header X-Chancery-Entry $entry; proxy_set_header X-Chancery-Identity $identity;
  }
  location = /_authorize {
    internal; proxy_pass https://chancery/api/v1/authorize?service=benchmark;
    proxy_ssl_certificate ${folder}/edge.pem; proxy_ssl_certificate_key ${folder}/edge.key; proxy_ssl_trusted_certificate ${folder}/root.pem; proxy_ssl_verify on; proxy_ssl_verify_depth 3; proxy_ssl_name localhost; proxy_ssl_server_name on;
    proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_set_header Connection "";
    proxy_set_header X-Original-Method $request_method; proxy_set_header X-Original-URI $request_uri; proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-SSL-Client-Cert "${encodeURIComponent(readFileSync(join(folder, "client.leaf"), "utf8"))}";
  }
}`;
