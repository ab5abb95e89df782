import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { until, type Client, type TestGateway } from "./test-gateway";
import { freePorts } from "@/testing/free-ports";

export type Received = Readonly<{
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}>;
/** A service that remembers what reached it. */
export type Upstream = Readonly<{ port: number; received: Received[]; close: () => Promise<void> }>;
export type Nginx = Readonly<{ port: number; log: () => string; stop: () => Promise<void> }>;

const searched = `${process.env["PATH"] ?? ""}:/usr/sbin`;

/** Whether Debian's nginx (or another with auth_request) is installed. */
export function hasNginx(): boolean {
  try {
    execFileSync("nginx", ["-v"], {
      stdio: "ignore",
      env: { PATH: searched } as unknown as NodeJS.ProcessEnv,
    });
    return true;
  } catch {
    return false;
  }
}

export async function openUpstream(): Promise<Upstream> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request
      .setEncoding("utf8")
      .on("data", (chunk: string) => {
        body += chunk;
      })
      .on("end", () => {
        received.push({
          method: request.method ?? "",
          url: request.url ?? "",
          headers: request.headers,
          body,
        });
        response.end("paid");
      });
  });
  await new Promise<void>((ready) => {
    server.listen(0, "127.0.0.1", ready);
  });
  return {
    port: (server.address() as AddressInfo).port,
    received,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/**
 * nginx with the shipped example unchanged; only addresses, ports and the place of its files are
 * others.
 */
export async function startNginx(
  gateway: TestGateway,
  proxy: Client,
  server: Client,
  upstream: Upstream,
): Promise<Nginx> {
  const [port = 0] = await freePorts(1),
    folder = gateway.file(`nginx-${port}`),
    place = join(folder, "payments");
  mkdirSync(place, { recursive: true });
  for (const [name, pem] of Object.entries({
    "proxy.pem": proxy.cert,
    "proxy.key": proxy.key,
    "server.pem": server.cert,
    "server.key": server.key,
    "root.pem": readFileSync(gateway.rootFile, "utf8"),
  }))
    writeFileSync(join(place, name), pem);
  const example = readFileSync(join(findRepoRoot(), "examples/nginx/payments.conf"), "utf8")
    .replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
    .replace("server chancery.example.com:3444", `server 127.0.0.1:${gateway.mtlsPort()}`)
    .replace("127.0.0.1:8080", `127.0.0.1:${upstream.port}`)
    .replaceAll("chancery.example.com", "ca.example.com")
    .replaceAll("/etc/nginx/payments", place);
  writeFileSync(join(folder, "payments.conf"), example);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(" ");
  const user = process.getuid?.() === 0 ? "user root;" : "";
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; ${user} worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log info;\nevents { worker_connections 512; }\nhttp { access_log off; ${temporary} include ${folder}/payments.conf; }\n`,
  );
  const child = spawn(
    "nginx",
    ["-p", folder, "-e", join(folder, "error.log"), "-c", join(folder, "nginx.conf")],
    {
      env: { PATH: searched } as unknown as NodeJS.ProcessEnv,
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  const ended = new Promise<void>((done) => {
    child.once("close", () => done());
  });
  let over = false;
  void ended.then(() => {
    over = true;
  });
  await until(() => over || answers(port));
  const log = (): string => readFileSync(join(folder, "error.log"), "utf8");
  if (over) throw new Error(`nginx did not start:\n${log()}`);
  return {
    port,
    log,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
