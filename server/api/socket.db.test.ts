import { createServer, request as httpRequest, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeApiHandler } from "@/server/gateway/api-handler";
import { type Harness, openHarness } from "@/testing/harness";
import { makeApi } from "./app";

// Over a real socket, through the gateway's own adapter: what a body does to a connection does not
// show in a call within the process.
let harness: Harness, server: Server, port: number, token: string;
beforeAll(async () => {
  harness = await openHarness();
  token = await harness.tokenFor("admin");
  const gateway = makeApiHandler(makeApi(harness.deps));
  let count = 0;
  server = createServer((request, response) => {
    gateway(request, response, {
      ip: "127.0.0.1",
      port: request.socket.remotePort ?? null,
      listener: "http",
      via: ["http"],
      decision: null,
      proxy: null,
      forwardedRequest: null,
      requestId: `req_${++count}`,
    });
  });
  await new Promise<void>((ready) => {
    server.listen(0, "127.0.0.1", ready);
  });
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => {
    server.close(done);
  });
  await harness.close();
});

type Sent = Readonly<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>;
function send(
  method: string,
  path: string,
  body: Buffer | null,
  headers: Record<string, string> = {},
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        port,
        host: "127.0.0.1",
        method,
        path,
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          ...headers,
        },
      },
      (incoming) => {
        let text = "";
        incoming
          .on("data", (chunk: Buffer) => {
            text += chunk.toString();
          })
          .on("end", () => {
            resolve({ status: incoming.statusCode ?? 0, body: text, headers: incoming.headers });
          });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body ?? undefined);
  });
}
const alive = async () => (await send("GET", "/api/v1/profiles", null)).status;
const rubbish = Buffer.alloc(10_000_000, 0x7b);

/**
 * What comes back over a plain socket until either side closes; a reset after the answer is no
 * matter.
 */
function talk(head: readonly string[], body: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1")
      .on("error", () => {})
      .on("data", (chunk) => {
        text += chunk.toString();
      })
      .on("close", () => {
        resolve(text);
      });
    socket.write(
      [
        ...head,
        "Host: localhost",
        `Authorization: Bearer ${token}`,
        "Content-Type: application/json",
        "Connection: close",
        "",
        "",
      ].join("\r\n"),
    );
    socket.write(body);
  });
}

test.each([
  ["with an announced length", "Content-Length: 10000000", rubbish],
  [
    "without",
    "Transfer-Encoding: chunked",
    Buffer.concat([
      Buffer.from(`${rubbish.length.toString(16)}\r\n`),
      rubbish,
      Buffer.from("\r\n0\r\n\r\n"),
    ]),
  ],
])("10 MB of garbage %s is a 413, and the next request is answered", async (_how, length, body) => {
  const { result, entries } = await harness.during(() =>
    talk(["POST /api/v1/certificates HTTP/1.1", length], body),
  );
  expect(result.slice(0, 12)).toBe("HTTP/1.1 413");
  expect(entries).toEqual([
    expect.objectContaining({
      action: "request.refused",
      details: expect.objectContaining({ code: "request.too-large", status: 413 }) as unknown,
    }),
  ]);
  expect(await alive()).toBe(200);
});

test("a body that ends before its announced length does not stop the gateway", async () => {
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  socket.write(
    `POST /api/v1/identities HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"kind":`,
  );
  const { entries } = await harness.during(async () => {
    const closed = new Promise((done) => {
      socket.on("close", done);
    });
    socket.resume().end();
    await closed;
  });
  expect(
    entries.filter((entry) => (entry.details as { code?: string }).code === "internal"),
  ).toEqual([]);
  expect(await alive()).toBe(200);
});

test("a body arrives complete, and the answer has the new resource and its location", async () => {
  const { status, body, headers } = await send(
    "POST",
    "/api/v1/identities",
    Buffer.from(
      JSON.stringify({ kind: "service", name: "zahlung-äöü-🗝", owner: "team@example.com" }),
    ),
  );
  expect([status, (JSON.parse(body) as { name: string }).name]).toEqual([201, "zahlung-äöü-🗝"]);
  expect(headers["location"]).toBe(`/api/v1/identities/${(JSON.parse(body) as { id: string }).id}`);
  expect(headers["cache-control"]).toBe("no-store");
  expect(headers["x-request-id"]).toMatch(/^req_/);
});

test("a POST without a body and without a length works where no body is needed", async () => {
  const made = JSON.parse(
    (
      await send(
        "POST",
        "/api/v1/tokens",
        Buffer.from(JSON.stringify({ name: "ci", role: "auditor" })),
      )
    ).body,
  ) as { id: string };
  expect(
    (
      await send("POST", `/api/v1/tokens/${made.id}/revoke`, null, {
        "content-length": "0",
        "content-type": "",
      })
    ).status,
  ).toBe(200);
});

test("HEAD has the headers of GET and no body; a path with invalid escapes is refused, not fatal", async () => {
  const head = await send("HEAD", "/api/v1/profiles", null);
  expect([head.status, head.body]).toEqual([200, ""]);
  for (const path of [
    "/api/v1/identities/%ff",
    "/api/v1/identities/%00",
    "/api/v1//identities",
    "/api/v1/identities/%E0%A4%A",
  ]) {
    const { status } = await send("GET", path, null);
    expect([400, 404], path).toContain(status);
  }
  expect(await alive()).toBe(200);
});

test("an export arrives complete over a socket", async () => {
  const { status, body, headers } = await send("GET", "/api/v1/audit/export?format=csv", null);
  expect([status, headers["content-type"]]).toEqual([200, "text/csv; charset=utf-8"]);
  expect(body.split("\n").length).toBeGreaterThan(5);
});
