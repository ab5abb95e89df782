import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Whether a program of that name can be run. */
export function has(program: string): boolean {
  try {
    execFileSync("which", [program], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Signatures with P-256 that one core makes in a second, by `openssl speed`. */
export function opensslSignRate(): number {
  const out = execFileSync("openssl", ["speed", "-seconds", "2", "ecdsap256"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return Number(/256 bits ecdsa.*?s\s+[\d.]+s\s+([\d.]+)/.exec(out)?.[1] ?? Number.NaN);
}

export type Load = Readonly<{
  url: string;
  body?: string;
  seconds?: number;
  connections?: number;
  close?: boolean;
  nonces?: boolean;
}>;
export type Rate = Readonly<{ perSecond: number; p50?: string; p99: string; errors: number }>;

/**
 * Requests a second by wrk with one thread. `nonces`: the last octets of the body are different in
 * every request.
 */
export async function wrk(
  folder: string,
  { url, body, seconds = 4, connections = 32, close = false }: Load,
): Promise<Rate> {
  const script = join(folder, "wrk.lua");
  writeFileSync(
    script,
    body === undefined
      ? ""
      : `local f = io.open("${body}", "rb")\nwrk.method = "POST"\nwrk.body = f:read("*all")\nf:close()\nwrk.headers["Content-Type"] = "application/ocsp-request"\n`,
  );
  if (close) writeFileSync(script, `wrk.headers["Connection"] = "close"\n`, { flag: "a" });
  const child = spawn(
    "wrk",
    ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", "-s", script, url],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    out += piece;
  });
  await once(child, "close");
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(out)?.[1] ?? "0",
    failed = [
      ...(/Socket errors: (.*)/.exec(out)?.[1] ?? "").matchAll(/(?:connect|write|timeout) (\d+)/g),
    ];
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)?.[1] ?? Number.NaN),
    p50: /^\s+50%\s+(\S+)/m.exec(out)?.[1] ?? "",
    p99: /^\s+99%\s+(\S+)/m.exec(out)?.[1] ?? "",
    errors: Number(bad) + failed.reduce((sum, [, n]) => sum + Number(n), 0),
  };
}

export type Running = Readonly<{ url: string; stop: () => Promise<void> }>;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/**
 * Waits until anything answers at that address, and gives up if the program that should has ended.
 */
export async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  for (let left = 100; left > 0 && child.exitCode === null; left -= 1) {
    if (
      await fetch(url, { signal: AbortSignal.timeout(500) }).then(
        () => true,
        () => false,
      )
    )
      return;
    await pause(50);
  }
  throw new Error(`${url} does not answer`);
}

export const stopper = (child: ChildProcess) => async (): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "close");
};

/** nginx with one worker, serving one file of these bytes at /static. */
export async function startNginx(folder: string, bytes: Uint8Array): Promise<Running> {
  const port = await freePort(),
    configuration = join(folder, "nginx.conf");
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "static"), bytes);
  writeFileSync(
    configuration,
    `worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log stderr crit;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000000; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
server { listen 127.0.0.1:${port} backlog=4096; root ${folder}; default_type application/ocsp-response; } }`,
  );
  const child = spawn("nginx", ["-e", "stderr", "-c", configuration], { stdio: "ignore" });
  await untilAnswers(`http://127.0.0.1:${port}/static`, child);
  return { url: `http://127.0.0.1:${port}/static`, stop: stopper(child) };
}

/** `openssl ocsp` as a responder over an index file. */
export async function startOpensslOcsp(folder: string, args: readonly string[]): Promise<Running> {
  const port = await freePort();
  const child = spawn("openssl", ["ocsp", "-port", String(port), ...args], {
    cwd: folder,
    stdio: "ignore",
  });
  await pause(300);
  if (child.exitCode !== null) throw new Error("openssl ocsp did not start");
  return { url: `http://127.0.0.1:${port}`, stop: stopper(child) };
}

/** A table with a ratio to each named limit. */
export function printTable(rows: readonly Readonly<Record<string, string | number>>[]): void {
  const columns = Object.keys(rows[0] ?? {}),
    cell = (value: string | number | undefined) =>
      typeof value === "number"
        ? value >= 100
          ? Math.round(value).toLocaleString("en")
          : value.toFixed(2)
        : (value ?? "");
  const widths = columns.map((column) =>
    Math.max(column.length, ...rows.map((row) => cell(row[column]).length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((text, at) => (at === 0 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!)))
      .join("  ");
  process.stdout.write(
    `${line(columns)}\n${rows.map((row) => line(columns.map((column) => cell(row[column])))).join("\n")}\n`,
  );
}

/**
 * Requests a second with a connection each, by a client written here: `openssl ocsp` does not outlive
 * the empty connections with which wrk begins and ends.
 */
export async function oneByOne(
  url: string,
  body: Uint8Array,
  seconds = 3,
  parallel = 4,
): Promise<Rate> {
  const { hostname, port, pathname } = new URL(url),
    took: number[] = [];
  const head = Buffer.from(
    `POST ${pathname} HTTP/1.0\r\nHost: ${hostname}\r\nContent-Type: application/ocsp-request\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  const request = Buffer.concat([head, body]),
    end = performance.now() + seconds * 1000;
  let errors = 0;
  const ask = (): Promise<boolean> =>
    new Promise((resolve) => {
      let answer = "";
      const socket = connect({ port: Number(port), host: hostname }, () => socket.write(request));
      socket
        .setTimeout(2_000, () => socket.destroy())
        .setEncoding("latin1")
        .on("data", (piece: string) => {
          answer += piece;
        });
      socket.on("error", () => {}).on("close", () => resolve(/^HTTP\/1\.[01] 200 /.test(answer)));
    });
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (let began = performance.now(); began < end; began = performance.now()) {
        if (await ask()) took.push(performance.now() - began);
        else errors += 1;
      }
    }),
  );
  took.sort((left, right) => left - right);
  return {
    perSecond: took.length / seconds,
    p99: `${(took[Math.floor(took.length * 0.99)] ?? 0).toFixed(2)}ms`,
    errors,
  };
}
