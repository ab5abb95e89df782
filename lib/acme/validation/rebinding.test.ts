import { createSocket, type Socket } from "node:dgram";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { validateHttp } from "./http-01";
import type { Attempt } from "./types";

// A name whose owner changes its addresses while it is validated.
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Dns = Readonly<{ resolver: string; asked: string[] }>;

/** A DNS server in which each A query of a name gets the next of its addresses, the last one for ever. */
async function openDns(addresses: Readonly<Record<string, readonly string[]>>): Promise<Dns> {
  const asked: string[] = [];
  const socket: Socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const { name, type, end } = readQuestion(query);
    const list = addresses[name] ?? [];
    const times = asked.filter((one) => one === name).length;
    const found = type === 1 ? (list[Math.min(times, list.length - 1)] ?? null) : null;
    if (type === 1) asked.push(name);
    socket.send(answerTo(query.subarray(0, end), found), port, address);
  });
  closers.push(() => socket.close());
  await new Promise<void>((done) => {
    socket.bind(0, "127.0.0.1", done);
  });
  return { resolver: `127.0.0.1:${socket.address().port}`, asked };
}

function readQuestion(query: Buffer): Readonly<{ name: string; type: number; end: number }> {
  const labels: string[] = [];
  let at = 12;
  while ((query[at] ?? 0) > 0) {
    const length = query[at] ?? 0;
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** The question again, and this address with a lifetime of 0 seconds. */
function answerTo(question: Buffer, address: string | null): Buffer {
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(address === null ? 0 : 1, 6);
  head.writeUInt32BE(0, 8);
  if (address === null) return head;
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
  return Buffer.concat([head, record, Buffer.from(address.split(".").map(Number))]);
}

type Web = Readonly<{ port: number; hosts: string[] }>;

/** A web server at this address, and under which names it was asked. */
async function openWeb(
  address: string,
  answer: (response: ServerResponse, port: number) => void,
  at = 0,
): Promise<Web> {
  const hosts: string[] = [];
  const server: Server = createServer(({ headers: { host = "" } }, response) => {
    hosts.push(host.replace(/:\d+$/, ""));
    answer(response, (server.address() as AddressInfo).port);
  });
  closers.push(() => server.close());
  await new Promise<void>((done) => {
    server.listen(at, address, done);
  });
  return { port: (server.address() as AddressInfo).port, hosts };
}

const proof = (response: ServerResponse): void => void response.end("token.thumbprint");
const attempt = ({ resolver }: Dns, httpPort: number): Attempt => ({
  identifier: { type: "dns", value: "moving.example.com" },
  token: "token",
  keyAuthorization: "token.thumbprint",
  settings: { resolvers: [resolver], httpPort, tlsPort: 443 },
  allow: ["127.0.0.1/32"],
  signal: AbortSignal.timeout(10_000),
});

test("a name that moves to a closed address after it was checked is connected to where it was checked (DNS rebinding)", async () => {
  const dns = await openDns({ "moving.example.com": ["127.0.0.1", "127.0.0.2"] });
  const checked = await openWeb("127.0.0.1", proof);
  const closed = await openWeb("127.0.0.2", proof, checked.port);
  expect(await validateHttp(attempt(dns, checked.port))).toEqual({ from: "127.0.0.1" });
  expect([checked.hosts, closed.hosts, dns.asked]).toEqual([
    ["moving.example.com"],
    [],
    ["moving.example.com"],
  ]);
});

test("a redirect to the same name is resolved and checked again: at a closed address by then, it is not connected to", async () => {
  const dns = await openDns({ "moving.example.com": ["127.0.0.1", "127.0.0.2"] });
  const first = await openWeb("127.0.0.1", (response, port) => {
    response.writeHead(302, { location: `http://moving.example.com:${port}/next` }).end();
  });
  const closed = await openWeb("127.0.0.2", proof, first.port);
  await expect(validateHttp(attempt(dns, first.port))).rejects.toThrow(
    /moving\.example\.com is at 127\.0\.0\.2/,
  );
  expect([first.hosts.length, closed.hosts, dns.asked.length]).toEqual([1, [], 2]);
});

test("a redirect to another name at a closed address is not connected to", async () => {
  const dns = await openDns({
    "moving.example.com": ["127.0.0.1"],
    "inside.example.com": ["127.0.0.2"],
  });
  const first = await openWeb("127.0.0.1", (response, port) => {
    response.writeHead(307, { location: `http://inside.example.com:${port}/admin` }).end();
  });
  const closed = await openWeb("127.0.0.2", proof, first.port);
  await expect(validateHttp(attempt(dns, first.port))).rejects.toThrow(
    /inside\.example\.com is at 127\.0\.0\.2/,
  );
  expect(closed.hosts).toEqual([]);
});
