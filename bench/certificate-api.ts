import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { once } from "node:events";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { readRunFile } from "@/lib/runtime/run-file";
import { apiOf, startChancery } from "./_chancery";
import { readProcessorTime } from "./against/_processor-time";
import { report } from "./_results";
import { has, printTable } from "./_tools";

// A service that calls the API under its own certificate, over connections that stay open: each
// request is decided and recorded before it is
// answered. Processor time and transactions include what follows from the entries: numbering, the search
// index, checkpoints. For comparison, a bare HTTPS server of Node that asks for a certificate and answers as many
// octets.
if (!has("openssl")) throw new Error("This benchmark needs openssl (apt-get install openssl).");

const seconds = Number(process.env["BENCH_SECONDS"] ?? 6),
  levels = (process.env["BENCH_CONNECTIONS"] ?? "1,16,64").split(",").map(Number);
const folder = mkdtempSync(join(tmpdir(), "chancery-bench-api-")),
  file = (name: string) => join(folder, name);
type Ask = Readonly<{ port: number; path: string; connections: number; body?: string }>;
type Seen = Readonly<{ ok: number; other: number; perSecond: number; p50: number; p99: number }>;

const answered = /\r\ncontent-length: (\d+)/i;

/** One request after the other on a connection, until the time is over. */
async function askOn(
  socket: TLSSocket,
  request: string,
  end: number,
  took: number[],
): Promise<number> {
  let other = 0,
    buffered = "",
    done = (): void => {};
  socket.setEncoding("latin1").on("data", (piece: string) => {
    buffered += piece;
    const head = buffered.indexOf("\r\n\r\n");
    if (head < 0 || buffered.length < head + 4 + Number(answered.exec(buffered)?.[1] ?? 0)) return;
    if (!buffered.startsWith("HTTP/1.1 200")) other += 1;
    buffered = "";
    done();
  });
  for (let began = performance.now(); began < end; began = performance.now()) {
    await new Promise<void>((next) => {
      done = next;
      socket.write(request);
    });
    took.push(performance.now() - began);
  }
  socket.destroy();
  return other;
}

async function load({ port, path, connections, body }: Ask): Promise<Seen> {
  const own = { key: readFileSync(file("client.key")), cert: readFileSync(file("client.pem")) };
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({
        port,
        host: "127.0.0.1",
        servername: "localhost",
        rejectUnauthorized: false,
        ...own,
      });
      await once(socket, "secureConnect");
      return socket.setNoDelay();
    }),
  );
  const head = `${body === undefined ? "GET" : "POST"} ${path} HTTP/1.1\r\nHost: localhost\r\n`,
    request =
      body === undefined
        ? `${head}\r\n`
        : `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const took: number[] = [],
    began = performance.now(),
    others = await Promise.all(
      sockets.map((socket) => askOn(socket, request, began + seconds * 1_000, took)),
    );
  const other = others.reduce((sum, one) => sum + one, 0),
    all = (performance.now() - began) / 1_000;
  took.sort((left, right) => left - right);
  const at = (part: number): number =>
    took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? Number.NaN;
  return {
    ok: took.length - other,
    other,
    perSecond: took.length / all,
    p50: at(0.5),
    p99: at(0.99),
  };
}

const chancery = await startChancery();
const db = openDatabase(readRunFile(chancery.dataFolder)?.databaseUrl ?? "", { max: 1 });

/** Transactions of the database so far. */
async function transactions(): Promise<number> {
  const { rows } = await db.pool.query<{ n: string }>(
    "select xact_commit as n from pg_stat_database where datname = current_database()",
  );
  return Number(rows[0]?.n);
}

try {
  const api = apiOf(chancery),
    identity = await api("/identities", {
      kind: "service",
      name: "client",
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
      "client.key",
      "-out",
      "client.csr",
      "-subj",
      "/CN=client.example.com",
      "-addext",
      "subjectAltName=DNS:client.example.com",
    ],
    { cwd: folder, stdio: "ignore" },
  );
  const certificate = await api("/certificates", {
    profile: "tls-client-service",
    identity: identity.id,
    csr: readFileSync(file("client.csr"), "utf8"),
  });
  writeFileSync(
    file("client.pem"),
    `${String(certificate["pem"])}${String(certificate["chainPem"])}`,
  );
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-keyout",
      "plain.key",
      "-out",
      "plain.pem",
      "-subj",
      "/CN=localhost",
    ],
    { cwd: folder, stdio: "ignore" },
  );
  const path = `/api/v1/certificates/${String(certificate["id"])}`,
    rows: Record<string, string | number>[] = [],
    octets = Buffer.alloc(2_500, "x");
  const plain = createServer(
    {
      key: readFileSync(file("plain.key")),
      cert: readFileSync(file("plain.pem")),
      requestCert: true,
      rejectUnauthorized: false,
    },
    (_request, response) =>
      response.writeHead(200, { "content-length": octets.length }).end(octets),
  );
  plain.listen(0, "127.0.0.1");
  await once(plain, "listening");
  const address = plain.address(),
    plainPort = typeof address === "object" && address !== null ? address.port : 0;
  const entries = async (): Promise<number> => {
    for (let before = -1; ; await pause(300)) {
      const size = Number(
        /^chancery_log_entries (\d+)/m.exec(
          await (await fetch(`${chancery.url}/metrics`)).text(),
        )?.[1],
      );
      if (size === before) return size;
      before = size;
    }
  };
  await load({ port: chancery.mtlsPort, path, connections: 16 });
  for (const connections of levels) {
    const bare = await load({ port: plainPort, path: "/", connections }),
      before = await entries(),
      [commitsBefore, timeBefore] = [await transactions(), readProcessorTime(process.pid)];
    const read = await load({ port: chancery.mtlsPort, path, connections }),
      recorded = (await entries()) - before;
    const time = readProcessorTime(process.pid),
      requests = read.ok + read.other;
    const microseconds = (of: "gateway" | "PostgreSQL") =>
      ((time[of] - timeBefore[of]) * 1_000) / requests;
    rows.push({
      what: "reads its certificate",
      connections: String(connections),
      "requests/s": read.perSecond,
      "p50 ms": read.p50,
      "p99 ms": read.p99,
      refused: String(read.other),
      "entries per request": recorded / requests,
      "transactions per request": ((await transactions()) - commitsBefore) / requests,
      "gateway CPU µs": microseconds("gateway"),
      "PostgreSQL CPU µs": microseconds("PostgreSQL"),
      "of bare Node": read.perSecond / bare.perSecond,
    });
    report({
      measure: `Requests under a certificate over the API, ${connections} connections`,
      value: read.perSecond,
      unit: "requests/s",
      limit: bare.perSecond,
      limitIs: "bare HTTPS server of Node",
      note: `p99 ${read.p99.toFixed(0)} ms; CPU per request: gateway ${microseconds("gateway").toFixed(0)} µs, PostgreSQL ${microseconds("PostgreSQL").toFixed(0)} µs; refused ${read.other}`,
    });
  }
  printTable(rows);
  plain.close();
} finally {
  await closeDatabase(db);
  await chancery.stop();
  rmSync(folder, { recursive: true, force: true });
}
