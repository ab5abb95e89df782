import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { readRunFile } from "@/lib/runtime-file";
import { apiOf, startChancery } from "./_chancery";
import type { Api, Chancery } from "./_chancery";
import { freePort, has, printTable, stopper, untilAnswers, wrk } from "./_tools";
import type { Rate, Running } from "./_tools";

// Debian's nginx in front of another nginx as the service, with and without auth_request to a whole Chancery, under wrk: what asking costs, and
// whether each request that reached the service is on the record. wrk shows no client certificate, so nginx passes the same one for all.
const missing = ["wrk", "nginx", "openssl"].filter((program) => !has(program));
if (missing.length > 0)
  throw new Error(
    `This benchmark needs ${missing.join(", ")} (apt-get install ${missing.join(" ")}).`,
  );

const folder = mkdtempSync(join(tmpdir(), "chancery-bench-forward-")),
  file = (name: string) => join(folder, name);
const seconds = Number(process.env["BENCH_SECONDS"] ?? 8);

/** A certificate with its key in files, for a new identity. */
async function issue(api: Api, name: string): Promise<string> {
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
    csr: readFileSync(file(`${name}.csr`), "utf8"),
  });
  writeFileSync(file(`${name}.pem`), `${String(certificate.pem)}${String(certificate.chainPem)}`);
  writeFileSync(file(`${name}.leaf`), String(certificate.pem));
  return String(identity.id);
}

function startNginx(name: string, http: string): Promise<Running & { port: number }> {
  return freePort().then(async (port) => {
    const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((what) => `${what}_temp_path ${folder}/${name}-${what};`)
      .join(" ");
    writeFileSync(
      file(`${name}.conf`),
      `worker_processes 1; daemon off; user root; pid ${folder}/${name}.nginx.pid; error_log ${folder}/${name}.error.log error;
events { worker_connections 4096; }
http { keepalive_requests 1000000000; ${temp} access_log off; ${http.replaceAll("PORT", String(port))} }`,
    );
    const child = spawn("nginx", ["-e", "stderr", "-c", file(`${name}.conf`)], { stdio: "ignore" });
    await untilAnswers(`http://127.0.0.1:${port}/`, child);
    return { port, url: `http://127.0.0.1:${port}`, stop: stopper(child) };
  });
}

/** The service: notes of each request the entry that allowed it. */
const upstreamConfig = `log_format entry '$http_x_chancery_entry'; server { listen 127.0.0.1:PORT backlog=4096; location / { return 204; } location /v1/ { access_log ${folder}/reached.log entry buffer=64k flush=100ms; default_type text/plain; return 200 "ok\\n"; } location /open/ { access_log ${folder}/open.log entry buffer=64k flush=100ms; default_type text/plain; return 200 "ok\\n"; } }`;

const frontConfig = (chancery: Chancery, upstream: number): string => `
upstream service { server 127.0.0.1:${upstream}; keepalive 64; }
upstream chancery { server 127.0.0.1:${chancery.mtlsPort}; keepalive 64; keepalive_requests 1000000000; }
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
    proxy_ssl_certificate ${file("edge.pem")}; proxy_ssl_certificate_key ${file("edge.key")}; proxy_ssl_trusted_certificate ${file("root.pem")}; proxy_ssl_verify on; proxy_ssl_verify_depth 3; proxy_ssl_name localhost; proxy_ssl_server_name on;
    proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_set_header Connection "";
    proxy_set_header X-Original-Method $request_method; proxy_set_header X-Original-URI $request_uri; proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-SSL-Client-Cert "${encodeURIComponent(readFileSync(file("client.leaf"), "utf8"))}";
  }
}`;

type Counted = Readonly<{
  reached: number;
  distinct: number;
  onRecord: number;
  allowed: number;
  takenBack: number;
}>;

/** Requests that reached the service, beside the entries of the log that allowed them. */
async function count(dataFolder: string): Promise<Counted> {
  await pause(500);
  const reached = readFileSync(file("reached.log"), "utf8")
      .split("\n")
      .filter((line) => line !== ""),
    db = openDatabase(readRunFile(dataFolder)?.databaseUrl ?? "", { max: 1 });
  try {
    for (let left = 600; left > 0; left--) {
      const { rows } = await db.pool.query<{ waiting: string }>(
        "select tlog.inbox_backlog() as waiting",
      );
      if (Number(rows[0]?.waiting) === 0) break;
      await pause(100);
    }
    const { rows } = await db.pool.query<{ id: string; action: string; request: string }>(
      "select j ->> 'id' as id, j ->> 'action' as action, j ->> 'requestId' as request from (select convert_from(entry, 'UTF8')::jsonb as j from tlog.entry) as e where j ->> 'action' in ('request.authorized', 'request.denied')",
    );
    const yes = rows.filter(({ action }) => action === "request.authorized"),
      allowed = new Set(yes.map(({ id }) => id)),
      denied = new Set(
        rows.filter(({ action }) => action === "request.denied").map(({ request }) => request),
      );
    return {
      reached: reached.length,
      distinct: new Set(reached).size,
      onRecord: reached.filter((id) => allowed.has(id)).length,
      allowed: allowed.size,
      takenBack: yes.filter(({ request }) => denied.has(request)).length,
    };
  } finally {
    await closeDatabase(db);
  }
}

const chancery = await startChancery();
try {
  const api = apiOf(chancery),
    edge = await issue(api, "edge"),
    client = await issue(api, "client");
  writeFileSync(file("root.pem"), await (await fetch(`${chancery.url}/ca/root.pem`)).text());
  await api("/proxies", { identity: edge, kind: "nginx", hops: 1 });
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
  chmodSync(folder, 0o755);
  const upstream = await startNginx("upstream", upstreamConfig),
    front = await startNginx("front", frontConfig(chancery, upstream.port));
  try {
    let first = await fetch(`${front.url}/v1/payments/7`);
    for (let left = 20; first.status !== 200 && left > 0; left--)
      first = await pause(200).then(() => fetch(`${front.url}/v1/payments/7`));
    if (first.status !== 200)
      throw new Error(
        `forward auth answered ${first.status}: ${readFileSync(file("front.error.log"), "utf8")}`,
      );
    const rows: Record<string, string | number>[] = [],
      guarded = `${front.url}/v1/payments/7?x=1`,
      plain = `${front.url}/plain/v1/payments/7?x=1`;
    await wrk(folder, { url: guarded, connections: 32, seconds: 4 });
    for (const connections of (process.env["BENCH_CONNECTIONS"] ?? "1,16,64")
      .split(",")
      .map(Number)) {
      const without = await wrk(folder, { url: plain, connections, seconds }),
        asked = await wrk(folder, { url: guarded, connections, seconds });
      const add = (what: string, rate: Rate) =>
        rows.push({
          what,
          connections: String(connections),
          "requests/s": rate.perSecond,
          p50: rate.p50 ?? "",
          p99: rate.p99,
          errors: String(rate.errors),
          "of nginx alone": rate.perSecond / without.perSecond,
        });
      add("nginx alone", without);
      add("with forward auth", asked);
    }
    printTable(rows);
    const counted = await count(chancery.dataFolder),
      exact =
        counted.reached === counted.distinct &&
        counted.distinct === counted.onRecord &&
        counted.allowed - counted.takenBack === counted.distinct;
    process.stdout.write(
      `${JSON.stringify(counted)}\n${exact ? "Each request that reached the service has exactly one entry, and there is no other." : "THE COUNTS DIFFER."}\n`,
    );
    if (!exact) process.exitCode = 1;
  } finally {
    await front.stop();
    await upstream.stop();
  }
} finally {
  await chancery.stop();
  rmSync(folder, { recursive: true, force: true });
}
