import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explicitTag, integer, octetString, oid, sequence } from "@/lib/pki/der";
import { encodeExtension } from "@/lib/pki/extensions";
import { issuerCertIdHashes } from "@/lib/pki/ocsp";
import { extensionOids, otherOids } from "@/lib/pki/oids";
import { makeAnswerOcsp } from "@/lib/status/answer-ocsp";
import { makeAuthorityIndex } from "@/lib/status/authority-index";
import { makeStatusCache } from "@/lib/status/status-cache";
import { harden, serverLimits } from "@/server/gateway/harden";
import { listen } from "@/lib/runtime/listen";
import { makeOddOcspRequests } from "@/testing/status/odd-ocsp-requests";
import {
  makeThrowawayAuthority,
  type ThrowawayAuthority,
} from "@/testing/status/throwaway-authority";
import { type OcspConnections, takeOcspConnections } from "./ocsp-connections";
import { type OcspService, serveOcsp } from "./ocsp-handler";

const now = Date.now();
const serials = [1, 2, 3].map((octet) => Uint8Array.from({ length: 18 }, () => 0x40 + octet));
let authority: ThrowawayAuthority,
  service: OcspService,
  asking = 0;
const opened: Opened[] = [];

/** Both ways answer from this one service; its signatures are the same for the same octets. */
beforeAll(async () => {
  authority = await makeThrowawayAuthority("ours");
  const responder = {
    ...(await authority.responder()),
    sign: async (bytes: Uint8Array) =>
      Uint8Array.from({ length: 70 }, (_, at) => bytes.at(-at) ?? 7),
  };
  const index = makeAuthorityIndex([authority.served]);
  const statuses = makeStatusCache(async ({ serial }) => {
    const state = serial[0] === 0x41 ? "issued" : "revoked";
    if (serial[0] === 0x43) return null;
    return {
      certificateId: `crt_${serial[0]}`,
      state,
      revokedAt: state === "revoked" ? new Date(now - 5_000) : null,
      reason: "keyCompromise",
      notAfter: new Date(now + 1e9),
    };
  }, 100);
  statuses.setTrusted(true);
  const answer = makeAnswerOcsp({
    index: () => index,
    responderOf: () => responder,
    statuses,
    now: () => now,
    onError: () => {},
  });
  service = {
    now: () => now,
    count: () => {},
    answer: (der) => {
      const made = answer(der);
      if (!(made instanceof Promise)) return made;
      asking += 1;
      return made.finally(() => void (asking -= 1));
    },
  };
});
afterAll(() => Promise.all(opened.map(({ close }) => close())));

type Opened = Readonly<{
  server: Server;
  port: number;
  /** Requests that went through node:http. */
  general: () => number;
  connections: OcspConnections | null;
  close: () => Promise<void>;
  /** Octets that the server has read from the client on this port. */
  readFrom: (port: number) => number;
}>;
type Options = Readonly<{ limits?: Partial<Record<keyof typeof serverLimits, number>> }>;

async function open(fast: boolean, { limits = {} }: Options = {}): Promise<Opened> {
  const all = { ...serverLimits, ...limits };
  let requests = 0;
  const sockets = new Map<number, Socket>();
  const server = createServer(
    { ...all, noDelay: true },
    (request: IncomingMessage, response: ServerResponse) => {
      requests += 1;
      if (/^\/ocsp(?:[/?]|$)/.test(request.url ?? "")) serveOcsp(service, request, response);
      else response.writeHead(404, { "content-length": 0 }).end();
    },
  );
  harden(server);
  const connections = fast
    ? takeOcspConnections(server, { ocsp: service, draining: () => draining, limits: all })
    : null;
  server.on("connection", (socket: Socket) => void sockets.set(socket.remotePort ?? 0, socket));
  const port = await listen(server, { host: "127.0.0.1", port: 0, variable: "none" });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      server.closeAllConnections();
      connections?.closeAll();
    });
  const one = {
    server,
    port,
    general: () => requests,
    connections,
    close,
    readFrom: (from: number) => sockets.get(from)?.bytesRead ?? 0,
  };
  opened.push(one);
  return one;
}
let draining = false;

const turn = () => new Promise((done) => setImmediate(done));

/**
 * Sends these pieces, each after the server has read those before, then ends, and returns what the
 * server sent, without the time.
 */
async function exchange({ port, readFrom }: Opened, pieces: readonly Buffer[]): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  const received: Buffer[] = [];
  let closed = false;
  socket
    .on("data", (piece: Buffer) => received.push(piece))
    .on("error", () => {})
    .on("close", () => (closed = true))
    .on("end", () => (closed = true));
  await once(socket, "connect");
  const from = socket.localPort ?? 0;
  let sent = 0;
  for (const piece of pieces) {
    if (closed) break;
    socket.write(piece);
    sent += piece.length;
    while (!closed && (readFrom(from) < sent || asking > 0)) await turn();
  }
  for (let turns = 0; turns < 3 || asking > 0; turns += 1) await turn();
  socket.end();
  while (!closed) await turn();
  socket.destroy();
  return Buffer.concat(received)
    .toString("latin1")
    .replaceAll(/\r\nDate: [^\r]*\r\n/g, "\r\nDate: …\r\n");
}

/** An OCSPRequest for one of our serial numbers. */
function requestFor(serial: Uint8Array, nonce?: Uint8Array): Buffer {
  const { issuerNameHash, issuerKeyHash } = issuerCertIdHashes(authority.served.issuer)[0]!;
  const certId = sequence(
    sequence(oid(otherOids.sha1)),
    octetString(issuerNameHash),
    octetString(issuerKeyHash),
    integer(BigInt(`0x${Buffer.from(serial).toString("hex")}`)),
  );
  const extensions =
    nonce === undefined
      ? []
      : [
          explicitTag(
            2,
            sequence(encodeExtension(extensionOids.ocspNonce, false, octetString(nonce))),
          ),
        ];
  return Buffer.from(sequence(sequence(sequence(sequence(certId)), ...extensions)));
}

const fields = "Host: ca.example\r\nContent-Type: application/ocsp-request\r\n";
const post = (body: Buffer, more = ""): Buffer =>
  Buffer.concat([
    Buffer.from(`POST /ocsp HTTP/1.1\r\n${fields}Content-Length: ${body.length}\r\n${more}\r\n`),
    body,
  ]);
const get = (der: Buffer, more = ""): Buffer =>
  Buffer.from(
    `GET /ocsp/${encodeURIComponent(der.toString("base64"))} HTTP/1.1\r\nHost: ca.example\r\n${more}\r\n`,
  );
const known = (): Buffer => requestFor(serials[0]!);

describe("the same answers, octet for octet, as from the general parser", () => {
  let general: Opened, direct: Opened;
  beforeAll(async () => {
    [general, direct] = await Promise.all([open(false), open(true)]);
  });
  const both = async (pieces: readonly Buffer[]) => {
    const wanted = await exchange(general, pieces);
    return { wanted, got: await exchange(direct, pieces) };
  };

  test("to what clients send: POST and GET, known, revoked, unknown and with a nonce, kept open or closed", async () => {
    const ders = serials.flatMap((serial) => [
      requestFor(serial),
      requestFor(serial, Buffer.alloc(16, 9)),
    ]);
    for (const der of ders)
      for (const make of [post, get])
        for (const more of [
          "",
          "Connection: close\r\n",
          "connection: Keep-Alive\r\nUser-Agent: a client/1.0\r\n",
        ]) {
          const { wanted, got } = await both([make(der, more), make(der)]);
          expect(got).toBe(wanted);
          expect(wanted.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(
            more === "Connection: close\r\n" ? 1 : 2,
          );
        }
  });
  test("on fifteen hundred connections with requests that have something changed, added, left out, repeated or cut", async () => {
    const pieces = makeOddOcspRequests(0x0c59, [
      known(),
      requestFor(serials[1]!, Buffer.alloc(8, 3)),
    ]);
    let answered = 0;
    for (let round = 0; round < 1_500; round += 1) {
      const sent = pieces();
      const { wanted, got } = await both(sent);
      const asked = sent.map((piece) => piece.toString("latin1"));
      expect({ asked, answered: got }).toEqual({ asked, answered: wanted });
      if (wanted.includes("200 OK")) answered += 1;
    }
    // Neither all are refused nor all are answered, and both ways were taken.
    expect(answered).toBeGreaterThan(400);
    expect(answered).toBeLessThan(1_450);
    expect(direct.general()).toBeGreaterThan(400);
    expect(direct.general()).toBeLessThan(general.general() - 150);
  }, 120_000);
});

describe("connections", () => {
  test("requests in a known shape never reach node:http, and one in another shape does, with all that follow", async () => {
    const one = await open(true);
    const answer = await exchange(one, [post(known()), get(known()), post(known())]);
    expect([answer.match(/200 OK/g)?.length, one.general()]).toEqual([3, 0]);
    await exchange(one, [post(known()), post(known(), "If-None-Match: *\r\n"), post(known())]);
    expect(one.general()).toBe(2);
  });
  test("a client that sends nothing is answered 408 and closed, as by the general parser", async () => {
    const limits = { headersTimeout: 40, requestTimeout: 40, connectionsCheckingInterval: 20 };
    const servers = await Promise.all([open(false, { limits }), open(true, { limits })]);
    const told = await Promise.all(
      servers.map(async ({ port }) => {
        const socket = connect({ port, host: "127.0.0.1" });
        const pieces: Buffer[] = [];
        socket.on("data", (piece: Buffer) => pieces.push(piece));
        await once(socket, "close");
        return Buffer.concat(pieces).toString();
      }),
    );
    expect(told[0]).toContain("408 Request Timeout");
    expect(told[1]).toBe(told[0]);
  });
  test("a client that asks no more is closed after the time that its last answer announces", async () => {
    const limits = { keepAliveTimeout: 1_000, connectionsCheckingInterval: 100 };
    const { port } = await open(true, { limits });
    const socket = connect({ port, host: "127.0.0.1" });
    socket.write(post(known()));
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString("latin1")).toContain("Keep-Alive: timeout=1\r\n");
    await once(socket, "close");
  });
  test("while the server closes, an idle connection is closed, and the next request on another is answered by node:http", async () => {
    const { port, connections, general } = await open(true);
    const idle = connect({ port, host: "127.0.0.1" }).on("data", () => {});
    idle.write(post(known()));
    await once(idle, "data");
    const asks = connect({ port, host: "127.0.0.1" });
    await once(asks, "connect");
    draining = true;
    connections?.closeIdle();
    await once(idle, "close");
    asks.write(post(known()));
    await once(asks, "data");
    draining = false;
    expect(general()).toBe(1);
    asks.destroy();
  });
  test("a client that resets its connection or reads nothing keeps no other from its answer", async () => {
    const one = await open(true);
    const reader = connect({ port: one.port, host: "127.0.0.1" }).pause();
    for (let sent = 0; sent < 3_000; sent += 1) reader.write(post(known()));
    const reset = connect({ port: one.port, host: "127.0.0.1" });
    reset.on("error", () => {}).write(post(requestFor(serials[0]!, Buffer.alloc(4, 1))));
    reset.resetAndDestroy();
    expect(await exchange(one, [post(known())])).toContain("200 OK");
    let octets = 0;
    const whole = 3_000 * Buffer.byteLength(await exchange(one, [post(known())]), "latin1");
    reader.on("data", (piece: Buffer) => (octets += piece.length)).resume();
    while (octets < whole) await turn();
    reader.destroy();
  });
});
