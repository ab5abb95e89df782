import { execFileSync, spawn } from "node:child_process";
import {
  createServer as createHttp,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createHttps } from "node:https";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { setTimeout as pause } from "node:timers/promises";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { freePorts } from "@/testing/free-ports";

export type Receiver<T> = Readonly<{ port: number; got: T[]; close: () => Promise<void> }>;

const open: (() => Promise<void>)[] = [];
/** Ends whatever a test left running. */
export async function closeReceivers(): Promise<void> {
  for (const close of open.splice(0)) await close();
}
const keep = <T>(receiver: Receiver<T>): Receiver<T> => {
  open.push(receiver.close);
  return receiver;
};

async function listen(
  server: Server,
  port = 0,
): Promise<Readonly<{ port: number; close: () => Promise<void> }>> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** A port of this machine on which nothing listens. */
export async function closedPort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

export type Posted = Readonly<{
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}>;
/** An HTTP server (HTTPS with a certificate) that keeps what it is sent and answers as `answer` says. */
export async function httpReceiver(
  answer: (posted: Posted, response: ServerResponse) => void = (_, response) => {
    response.end("ok");
  },
  port = 0,
  certificate?: Readonly<{ key: string; cert: string }>,
): Promise<Receiver<Posted>> {
  const got: Posted[] = [];
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    let body = "";
    request
      .setEncoding("utf8")
      .on("data", (piece: string) => {
        body += piece;
      })
      .on("end", () => {
        const posted = {
          method: request.method ?? "",
          path: request.url ?? "",
          headers: request.headers,
          body,
        };
        got.push(posted);
        answer(posted, response);
      });
  };
  const server = certificate ? createHttps(certificate, take) : createHttp(take);
  return keep({ got, ...(await listen(server, port)) });
}

/** A key and a certificate for 127.0.0.1 and mail.example.com, self-signed, made by openssl. */
export function makeCertificate(): Readonly<{ key: string; cert: string }> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-receiver-"));
  try {
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
        join(folder, "k"),
        "-out",
        join(folder, "c"),
        "-days",
        "2",
        "-subj",
        "/CN=receiver",
        "-addext",
        "subjectAltName=IP:127.0.0.1,DNS:mail.example.com",
      ],
      { stdio: "ignore" },
    );
    return {
      key: readFileSync(join(folder, "k"), "utf8"),
      cert: readFileSync(join(folder, "c"), "utf8"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export type Mail = Readonly<{
  user: string;
  secure: boolean;
  from: string;
  to: readonly string[];
  raw: string;
}>;
/** A mail server that knows one user, and says what it was given. */
export async function mailReceiver(
  options: SMTPServerOptions & Readonly<{ user?: string; password?: string; fixedPort?: number }>,
): Promise<Receiver<Mail>> {
  const { user = "", password = "", fixedPort, ...rest } = options;
  const got: Mail[] = [];
  const server = new SMTPServer({
    hideSTARTTLS: false,
    authOptional: user === "",
    logger: false,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: (auth, _session, done) => {
      if (auth.username === user && auth.password === password) done(null, { user });
      else done(Object.assign(new Error("5.7.8 Authentication failed"), { responseCode: 535 }));
    },
    onData: (stream, session, done) => {
      let raw = "";
      stream
        .setEncoding("utf8")
        .on("data", (piece: string) => {
          raw += piece;
        })
        .on("end", () => {
          const { mailFrom, rcptTo } = session.envelope;
          got.push({
            user: String(session.user ?? ""),
            secure: session.secure,
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            raw,
          });
          done();
        });
    },
    ...rest,
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => {
    server.listen(fixedPort ?? 0, "127.0.0.1", resolve);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(resolve);
    });
  return keep({ port: (server.server.address() as AddressInfo).port, got, close });
}

/** Takes syslog over TLS as RFC 5425 frames it, and keeps each message without its length. */
export async function tlsSyslogReceiver({
  key,
  cert,
}: Readonly<{ key: string; cert: string }>): Promise<Receiver<string>> {
  const got: string[] = [];
  const server = createTlsServer({ key, cert }, (socket) => {
    const pieces: Buffer[] = [];
    socket
      .on("data", (piece: Buffer) => {
        pieces.push(piece);
      })
      .on("error", () => {})
      .on("end", () => {
        let rest = Buffer.concat(pieces);
        while (rest.length > 0) {
          const gap = rest.indexOf(0x20);
          const length = Number(rest.subarray(0, gap).toString());
          got.push(rest.subarray(gap + 1, gap + 1 + length).toString("utf8"));
          rest = rest.subarray(gap + 1 + length);
        }
        socket.end();
      });
  });
  return keep({ got, ...(await listen(server)) });
}

/** Accepts connections and never says a word. */
export async function silentReceiver(): Promise<Receiver<never>> {
  return keep({ got: [], ...(await listen(createTcp(() => {}))) });
}

export const findsRsyslogd = (): boolean => {
  try {
    execFileSync("sh", ["-c", "command -v rsyslogd || test -x /usr/sbin/rsyslogd"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
};

export type Rsyslog = Readonly<{ port: number; lines: () => string[]; close: () => Promise<void> }>;
/** A real rsyslogd on loopback that writes every message as it came, one JSON object a line. */
export async function startRsyslog(transport: "tcp" | "udp"): Promise<Rsyslog> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-rsyslog-"));
  const out = join(folder, "out");
  const port = await closedPort();
  writeFileSync(out, "");
  writeFileSync(
    join(folder, "conf"),
    `
    module(load="im${transport}")
    global(workDirectory="${folder}" maxMessageSize="16k")
    template(name="json" type="list" option.jsonf="on") {
      property(outname="pri" name="pri" format="jsonf") property(outname="host" name="hostname" format="jsonf") property(outname="app" name="app-name" format="jsonf")
      property(outname="msgid" name="msgid" format="jsonf") property(outname="data" name="structured-data" format="jsonf") property(outname="msg" name="msg" format="jsonf") property(outname="at" name="timereported" dateFormat="rfc3339" format="jsonf")
    }
    input(type="im${transport}" address="127.0.0.1" port="${port}")
    action(type="omfile" file="${out}" template="json" asyncWriting="off" flushOnTXEnd="on")
  `,
  );
  const path = `${process.env.PATH ?? ""}:/usr/sbin`;
  const child = spawn("rsyslogd", ["-n", "-f", join(folder, "conf"), "-i", join(folder, "pid")], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: path },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (piece: Buffer) => {
      said += piece.toString();
    });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
    });
  });
  const close = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  open.push(close);
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  while (!readFileSync(`/proc/net/${transport}`, "utf8").includes(local)) {
    if (child.exitCode !== null) throw new Error(`rsyslogd ended: ${said}`);
    await pause(10);
  }
  return { port, lines: () => readFileSync(out, "utf8").split("\n").filter(Boolean), close };
}
