import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request as ask } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { buffer } from "node:stream/consumers";

/** What a proxy did to the messages between clients and server, and how often. */
export type Trouble = "lost request" | "lost answer" | "delay" | "badNonce" | "slow processing";
export type ChaosProxy = Readonly<{
  /** Where clients connect: the ACME server's own paths below it. */
  url: string;
  /** The roots that clients must trust, in a file: the server's and the proxy's. */
  rootFile: string;
  counts: () => Readonly<Record<Trouble, number>>;
  close: () => Promise<void>;
}>;

type Options = Readonly<{
  /** The HTTPS address of the ACME server. */
  target: string;
  folder: string;
  serverRootFile: string;
  /** Each number gives another sequence of troubles, and the same each time. */
  seed: number;
}>;
type Answer = Readonly<{
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
}>;

/** mulberry32: reproducible, and random enough for trouble. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A proxy between ACME clients and the server that loses requests and answers, delays, answers
 * badNonce in the server's place, and shows finished orders as processing for a while.
 */
export async function openChaosProxy({
  target,
  folder,
  serverRootFile,
  seed,
}: Options): Promise<ChaosProxy> {
  const [keyFile, certFile, rootFile] = ["proxy.key", "proxy.crt", "chaos-roots.pem"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  makeCertificate(keyFile, certFile);
  const serverRoot = readFileSync(serverRootFile, "utf8");
  writeFileSync(rootFile, `${serverRoot}\n${readFileSync(certFile, "utf8")}`);
  const agent = new Agent({ ca: serverRoot, keepAlive: true });
  const counts = {
    "lost request": 0,
    "lost answer": 0,
    delay: 0,
    badNonce: 0,
    "slow processing": 0,
  };
  const chaos: Chaos = { random: makeRandom(seed), counts, shown: new Map() };
  const forward = (incoming: IncomingMessage, body: Buffer): Promise<Answer> =>
    send(agent, target, incoming, body);
  const server = createServer(
    { key: readFileSync(keyFile), cert: readFileSync(certFile) },
    (request, response) => {
      meddle(chaos, forward, request, response).catch(() => request.socket.destroy());
    },
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    rootFile,
    counts: () => ({ ...counts }),
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function makeCertificate(keyFile: string, certFile: string): void {
  const names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const files = ["-keyout", keyFile, "-out", certFile];
  execFileSync(
    "openssl",
    ["req", "-x509", ...key, ...files, "-subj", "/CN=chaos", "-addext", names, "-days", "2"],
    { stdio: "ignore" },
  );
}

function send(
  agent: Agent,
  target: string,
  { url = "/", method = "GET", headers }: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = ask(new URL(url, target), { agent, method, headers }, (answer) => {
      buffer(answer).then(
        (bytes) =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes }),
        reject,
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

type Chaos = Readonly<{
  random: () => number;
  counts: Record<Trouble, number>;
  /** How often an order that is valid is still shown as processing. */
  shown: Map<string, number>;
}>;

async function meddle(
  chaos: Chaos,
  forward: (incoming: IncomingMessage, body: Buffer) => Promise<Answer>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  const trouble = chooseTrouble(chaos, request);
  if (trouble !== null) chaos.counts[trouble] += 1;
  if (trouble === "lost request") return void request.socket.destroy();
  if (trouble === "delay") await pause(50 + chaos.random() * 450);
  if (trouble === "badNonce")
    return refuseNonce(await forward(headNonce(request), noBody), response);
  const answer = await forward(request, body);
  if (trouble === "lost answer") return void request.socket.destroy();
  const shown = showProcessing(chaos, answer);
  response.writeHead(shown.status, shown.headers).end(shown.body);
}

const noBody = Buffer.alloc(0);

function chooseTrouble(
  { random }: Chaos,
  { method }: Pick<IncomingMessage, "method">,
): Trouble | null {
  const at = random();
  if (at < 0.04) return "lost request";
  if (at < 0.12) return "lost answer";
  if (at < 0.2) return "delay";
  return at < 0.3 && method === "POST" ? "badNonce" : null;
}

/** The same client asking for a nonce. */
const headNonce = ({ headers }: IncomingMessage): IncomingMessage =>
  ({
    method: "HEAD",
    url: "/acme/new-nonce",
    headers: { host: headers.host },
  }) as unknown as IncomingMessage;

function refuseNonce({ headers }: Answer, response: ServerResponse): void {
  const problem = {
    type: "urn:ietf:params:acme:error:badNonce",
    detail: "The proxy wants another nonce.",
    status: 400,
  };
  response
    .writeHead(400, {
      "content-type": "application/problem+json",
      "replay-nonce": String(headers["replay-nonce"]),
    })
    .end(JSON.stringify(problem));
}

/** An order that is valid looks as if it were processing, at most twice. */
function showProcessing({ random, counts, shown }: Chaos, answer: Answer): Answer {
  const id = /\/acme\/order\/(ord_\w+)$/.exec(String(answer.headers["location"] ?? ""))?.[1];
  if (id === undefined || answer.status !== 200) return answer;
  const order = JSON.parse(answer.body.toString()) as Record<string, unknown>;
  const times = shown.get(id) ?? 0;
  if (order["status"] !== "valid" || times >= 2 || random() < 0.5) return answer;
  shown.set(id, times + 1);
  counts["slow processing"] += 1;
  const { certificate: _hidden, ...rest } = order;
  const body = Buffer.from(JSON.stringify({ ...rest, status: "processing" }));
  const headers = { ...answer.headers, "retry-after": "1", "content-length": String(body.length) };
  return { ...answer, headers, body };
}
