import { once } from "node:events";
import {
  Agent,
  createServer,
  request as openRequest,
  type RequestOptions,
  type Server,
} from "node:https";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toPem } from "@/lib/pki/pem";
import { listen } from "@/lib/runtime/listen";
import {
  type Leaf,
  makeThrowawayAuthority,
  type ThrowawayAuthority,
} from "@/testing/status/throwaway-authority";
import { readPeerCertificate } from "./peer-certificate";

let ours: ThrowawayAuthority,
  rogue: ThrowawayAuthority,
  client: Leaf,
  foreign: Leaf,
  server: Server,
  port: number;
const pem = (leaf: Leaf) => leaf.key.privateKey.export({ type: "pkcs8", format: "pem" });
const pair = (leaf: Leaf | null) =>
  leaf === null ? {} : { cert: toPem("CERTIFICATE", leaf.der), key: pem(leaf) };

beforeAll(async () => {
  [ours, rogue] = await Promise.all([
    makeThrowawayAuthority("ours"),
    makeThrowawayAuthority("ours"),
  ]);
  [client, foreign] = await Promise.all([
    ours.leaf("client.example.com", ["clientAuth"]),
    rogue.leaf("client.example.com", ["clientAuth"]),
  ]);
  const own = await ours.leaf("localhost");
  server = createServer(
    {
      key: pem(own),
      cert: toPem("CERTIFICATE", own.der),
      ca: [toPem("CERTIFICATE", ours.served.certificateDer)],
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      const socket = request.socket as TLSSocket,
        shown = readPeerCertificate(socket);
      response.end(
        JSON.stringify({
          resumed: socket.isSessionReused(),
          shown: shown === undefined ? "none" : (shown?.claims.subject ?? "unreadable"),
          der: shown?.certificate.raw.toString("base64") ?? null,
          same: shown === readPeerCertificate(socket),
        }),
      );
    },
  );
  port = await listen(server, { host: "127.0.0.1", port: 0, variable: "none" });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

type Told = { resumed: boolean; shown: string; der: string | null; same: boolean };
async function ask(leaf: Leaf | null, options: RequestOptions = {}): Promise<Told> {
  const request = openRequest({
    port,
    host: "127.0.0.1",
    rejectUnauthorized: false,
    agent: false,
    ...pair(leaf),
    ...options,
  });
  request.end();
  const [response] = (await once(request, "response")) as [NodeJS.ReadableStream];
  let text = "";
  for await (const piece of response) text += String(piece);
  return JSON.parse(text) as Told;
}

describe("the peer certificate of a connection", () => {
  test("the peer certificate is the client's exact certificate, whichever CA issued it, and absent if the client presents none", async () => {
    expect(await ask(client)).toMatchObject({
      shown: "CN=client.example.com",
      der: Buffer.from(client.der).toString("base64"),
      same: true,
    });
    expect((await ask(foreign)).der).toBe(Buffer.from(foreign.der).toString("base64"));
    expect(await ask(null)).toMatchObject({ shown: "none", der: null });
  });
  test("the peer certificate stays the same on an open connection, and another connection has its own", async () => {
    const agent = new Agent({
      keepAlive: true,
      maxSockets: 1,
      rejectUnauthorized: false,
      ...pair(client),
    });
    for (let i = 0; i < 3; i++)
      expect((await ask(null, { agent })).shown).toBe("CN=client.example.com");
    expect((await ask(null)).shown).toBe("none");
    agent.destroy();
  });
  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "the peer certificate is known in a resumed %s session, which sends no certificate",
    async (version) => {
      const options = {
        port,
        host: "127.0.0.1",
        rejectUnauthorized: false,
        minVersion: version,
        maxVersion: version,
      };
      const first = connect({ ...options, ...pair(client) });
      const session = once(first, "session") as Promise<[Buffer]>;
      first.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      const [ticket] = await session;
      await once(first.resume(), "close");
      // Without the key: only the session can prove who this is.
      const second = connect({ ...options, session: ticket });
      second.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      let text = "";
      for await (const piece of second) text += String(piece);
      expect(JSON.parse(/\{.*\}/.exec(text)?.[0] ?? "{}")).toMatchObject({
        resumed: true,
        shown: "CN=client.example.com",
        der: Buffer.from(client.der).toString("base64"),
      });
    },
  );
});
