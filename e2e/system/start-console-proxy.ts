import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { expect } from "vitest";
import { type Api, type Certificate, createIdentity } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { freePorts } from "@/testing/free-ports";
import type { ThrowawayChancery } from "@/testing/supervise/throwaway-chancery";
import { until } from "./harness";

type Setting = Readonly<{ api: Api; chancery: ThrowawayChancery; folder: string }>;
export type ConsoleProxy = Readonly<{
  port: number;
  proxyId: string;
  /** The name of its identity, as entries have it. */
  name: string;
  /** Its own certificate and key, for one who stole them. */
  tls: Readonly<{ cert: string; key: string }>;
  stop: () => Promise<void>;
}>;

const searched = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` };
const mtlsPortOf = ({ chancery }: Setting): string => new URL(chancery.mtlsUrl).port;

/** Whether the program is there. */
export const isInstalled = (program: string, flag: string): boolean => {
  try {
    execFileSync(program, [flag], { stdio: "ignore", env: searched });
    return true;
  } catch {
    return false;
  }
};

/** Trusts an identity as a proxy for the console, and has a certificate issued to it. */
async function trust(
  { api, chancery }: Setting,
  kind: string,
  files: string,
): Promise<Omit<ConsoleProxy, "port" | "stop">> {
  const identity = await createIdentity(api, kind);
  const trusted = await api.post<{ id: string; identity: { name: string } }>("/proxies", {
    identity,
    kind,
    hops: 1,
    scopes: ["console"],
  });
  expect(trusted.status, JSON.stringify(trusted.body)).toBe(201);
  const { pem: csr, keyFile } = await createCsr([`${kind}-proxy.example.com`]);
  const issued = await api.post<Certificate>("/certificates", {
    profile: "tls-client-service",
    identity,
    csr,
  });
  expect(issued.status, JSON.stringify(issued.body)).toBe(201);
  const tls = { cert: issued.body.pem + issued.body.chainPem, key: readFileSync(keyFile, "utf8") };
  writeFileSync(join(files, "proxy.pem"), tls.cert);
  writeFileSync(join(files, "proxy.key"), tls.key);
  const root = await fetch(`${chancery.httpUrl}/ca/root.pem`);
  writeFileSync(join(files, "root.pem"), await root.text());
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const out = ["-keyout", join(files, "server.key"), "-out", join(files, "server.pem")];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", ["req", "-x509", ...key, ...out, ...name], { stdio: "ignore" });
  return { proxyId: trusted.body.id, name: trusted.body.identity.name, tls };
}

/** The shipped file with this test's ports and places. */
const configuration = (file: string, replaced: readonly (readonly [string, string])[]): string =>
  replaced.reduce(
    (text, [from, to]) => {
      expect(text).toContain(from);
      return text.replaceAll(from, to);
    },
    readFileSync(join(findRepoRoot(), "examples", file), "utf8"),
  );

async function run(child: ChildProcess, port: number): Promise<() => Promise<void>> {
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  await until(
    () =>
      new Promise<boolean>((resolve) => {
        if (child.exitCode !== null) throw new Error("the proxy did not start");
        const socket = connect(port, "127.0.0.1", () => {
          socket.destroy();
          resolve(true);
        }).on("error", () => resolve(false));
      }),
  );
  return async () => {
    child.kill("SIGTERM");
    await ended;
  };
}

/** nginx with the shipped configuration in front of this Chancery. */
export async function startNginx(setting: Setting): Promise<ConsoleProxy> {
  const [port = 0] = await freePorts(1);
  const files = join(setting.folder, "nginx");
  mkdirSync(files);
  const trusted = await trust(setting, "nginx", files);
  const site = configuration("nginx/console.conf", [
    ["listen 443 ssl", `listen 127.0.0.1:${port} ssl`],
    ["chancery-1.internal:3444", `localhost:${mtlsPortOf(setting)}`],
    ["chancery.example.com", "localhost"],
    ["/etc/nginx/chancery", files],
  ]);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${files}/${name};`)
    .join(" ");
  const user = process.getuid?.() === 0 ? "user root;" : "";
  writeFileSync(
    join(files, "nginx.conf"),
    `daemon off; ${user} worker_processes 1; pid ${files}/nginx.pid; error_log ${files}/error.log info;\nevents { worker_connections 256; }\nhttp { access_log off; ${temporary}\n${site}\n}\n`,
  );
  const args = ["-p", files, "-e", join(files, "error.log"), "-c", join(files, "nginx.conf")];
  const child = spawn("nginx", args, { env: searched, stdio: ["ignore", "inherit", "inherit"] });
  return { port, ...trusted, stop: await run(child, port) };
}

/** Caddy with the shipped configuration in front of this Chancery. */
export async function startCaddy(setting: Setting): Promise<ConsoleProxy> {
  const [port = 0] = await freePorts(1);
  const files = join(setting.folder, "caddy");
  mkdirSync(files);
  const trusted = await trust(setting, "rfc9440", files);
  const site = configuration("caddy/Caddyfile", [
    ["chancery-1.internal:3444", `localhost:${mtlsPortOf(setting)}`],
    ["chancery.example.com {", `https://localhost:${port} {\n\tbind 127.0.0.1`],
    ["chancery.example.com", "localhost"],
    ["/etc/caddy/chancery", files],
  ]);
  writeFileSync(join(files, "Caddyfile"), `{\n\tadmin off\n\tauto_https off\n}\n${site}`);
  const child = spawn(
    "caddy",
    ["run", "--config", join(files, "Caddyfile"), "--adapter", "caddyfile"],
    {
      env: { ...searched, HOME: files, XDG_DATA_HOME: files, XDG_CONFIG_HOME: files },
      stdio: "ignore",
    },
  );
  return { port, ...trusted, stop: await run(child, port) };
}
