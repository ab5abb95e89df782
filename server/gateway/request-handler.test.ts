import { once } from "node:events";
import { connect, createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type HandlerFixture, openHandlerFixture, send } from "@/testing/gateway/handler-fixture";
import { listen } from "@/lib/runtime/listen";

const open: HandlerFixture[] = [];
async function stand(
  from: string | null = null,
  parts: Parameters<typeof openHandlerFixture>[1] = {},
): Promise<HandlerFixture> {
  const made = await openHandlerFixture(from, parts);
  open.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** Sends bytes as they are and returns all that comes back until the connection ends. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket
    .setEncoding("latin1")
    .on("data", (piece: string) => {
      answer += piece;
    })
    .on("error", () => {});
  socket.end(text);
  await once(socket, "close");
  return answer;
}

describe("headers that only the gateway may set", () => {
  const forged = {
    "X-Chancery-Client-Ip": "10.0.0.1",
    "x-chancery-peer": "MIIB",
    "X-CHANCERY-LISTENER": "mtls",
    "x-chancery-": "1",
    "X-Forwarded-For": "10.0.0.1",
    "X-Forwarded-Host": "evil.example",
    forwarded: "for=10.0.0.1",
    "x-real-ip": "10.0.0.1",
    "x-middleware-subrequest": "middleware",
    "x-invoke-path": "/",
    "content-security-policy": "script-src *",
  };
  test.each(["/certificates", "/api/v1/certificates", "/docs/api", "/api/auth/session"])(
    "headers reserved for the gateway are dropped from requests to %s, in both forms that Node.js keeps",
    async (path) => {
      const { port, seen } = await stand();
      await send({ port }, path, { ...forged, authorization: "Bearer chy_x", "x-other": "kept" });
      const [request] = seen;
      const names = new Set(Object.keys(forged).map((name) => name.toLowerCase()));
      expect(Object.keys(request!.headers).filter((name) => names.has(name))).toEqual([]);
      expect(
        request!.rawHeaders.filter((word, at) => at % 2 === 0 && names.has(word.toLowerCase())),
      ).toEqual([]);
      expect(request!.headers).toMatchObject({ authorization: "Bearer chy_x", "x-other": "kept" });
    },
  );
  test("the request context has the real address and a request id from the gateway, whatever the client sent", async () => {
    const { port, seen } = await stand();
    await send({ port }, "/", {
      ...forged,
      "x-request-id": "mine",
      "x-chancery-request-id": "mine",
    });
    expect(seen[0]!.context).toMatchObject({
      listener: "http",
      ip: "127.0.0.1",
      via: ["http"],
      decision: null,
      proxy: null,
      forwardedRequest: null,
    });
    expect(seen[0]!.context.requestId).toMatch(/^req_[0-9a-z]{26}$/);
    expect(seen[0]!.context.port).toBeGreaterThan(0);
  });
});

describe("plain HTTP", () => {
  test.each(["192.0.2.7", "10.0.0.5", "::ffff:192.0.2.7", "2001:db8::1", "fe80::1%eth0"])(
    "plain HTTP from %s serves only status; console and API are refused with the HTTPS port to use",
    async (from) => {
      const { port, seen } = await stand(from);
      for (const path of [
        "/",
        "/sign-in",
        "/api/v1/certificates",
        "/docs/api",
        "/_next/static/x.js",
      ]) {
        const reply = await send({ port }, path);
        expect(reply.status).toBe(403);
        expect(reply.headers["content-type"]).toBe("application/problem+json");
        expect(JSON.parse(reply.body)).toMatchObject({
          code: "https.required",
          detail: expect.stringContaining("3443") as string,
        });
      }
      expect((await send({ port }, "/healthz")).body).toBe("status");
      expect((await send({ port }, "/ocsp")).body).toBe("status");
      expect(seen).toEqual([]);
    },
  );
  test("a remote client that claims to be local is still refused over plain HTTP", async () => {
    const { port } = await stand("192.0.2.7");
    expect(
      (
        await send({ port }, "/", {
          "x-forwarded-for": "127.0.0.1",
          forwarded: "for=127.0.0.1",
          "x-real-ip": "::1",
        })
      ).status,
    ).toBe(403);
  });
  test.each([
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example:3000",
    "192.0.2.1",
  ])(
    "local plain HTTP under the foreign hostname %s is refused, so that another site's page can't use the browser",
    async (host) => {
      const { port, seen } = await stand();
      expect((await send({ port }, "/", { host })).status).toBe(421);
      expect(seen).toEqual([]);
    },
  );
  test.each([
    "localhost",
    "localhost:3000",
    "LOCALHOST",
    "127.0.0.1:3000",
    "[::1]:3000",
    "pki.example.com",
    "pki.example.com:80",
  ])("local plain HTTP under %s reaches the console", async (host) => {
    const { port } = await stand();
    expect((await send({ port }, "/", { host })).body).toBe("console");
  });
});

describe("malformed HTTP", () => {
  test("malformed requests, oversized headers and smuggled lengths are refused, and the next request is answered", async () => {
    const { port, seen } = await stand();
    expect(await raw(port, "\u0016\u0003\u0001\u0000\u0000\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(
      await raw(port, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"a".repeat(20_000)}\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 431 /);
    expect(
      await raw(
        port,
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      ),
    ).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(port, "GET / HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(
      await raw(port, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n"),
    ).toMatch(/^HTTP\/1\.1 405 /);
    expect(seen).toEqual([]);
    expect((await send({ port }, "/")).body).toBe("console");
  });
  test.each([
    ["two Host headers", "Host: localhost\r\nhost: pki.example.com"],
    ["the same Host header twice", "Host: localhost\r\nHost: localhost"],
    ...["Content-Length", "host", "Cookie", "authorization", "Origin", "Sec-Fetch-Site"].map(
      (name) => [
        `a Connection header that names ${name}`,
        `Host: localhost\r\nConnection: keep-alive, ${name}`,
      ],
    ),
    [
      "a second Connection header that names the length",
      "Host: localhost\r\nConnection: close\r\nConnection: content-length",
    ],
  ])("a request with %s is refused in every area", async (_what, headers) => {
    const { port, seen } = await stand();
    for (const path of ["/", "/api/v1/certificates", "/api/v1/authorize/x", "/healthz"])
      expect(
        await raw(port, `POST ${path} HTTP/1.1\r\n${headers}\r\nContent-Length: 2\r\n\r\nhi`),
      ).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen).toEqual([]);
  });
  test("a Connection header that names what belongs to one connection is accepted", async () => {
    const { port, seen } = await stand();
    await raw(
      port,
      "GET / HTTP/1.1\r\nHost: localhost\r\nTE: trailers\r\nConnection: close, TE, x-drop, transfer-encoding\r\n\r\n",
    );
    expect(seen).toHaveLength(1);
  });
  test("an absolute request target is read as its path, and an upgrade offer is ignored", async () => {
    const { port, seen } = await stand();
    await raw(
      port,
      "GET http://elsewhere.example/api/v1/x?y=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    expect(seen[0]).toMatchObject({ area: "api", url: "/api/v1/x?y=1" });
    await raw(
      port,
      "GET http://elsewhere.example/api/v1/authorize/payments/admin/../v1/%2e%2e?x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    expect(seen[1]).toMatchObject({
      area: "authorize",
      url: "/api/v1/authorize/payments/admin/../v1/%2e%2e?x",
    });
    for (const target of ["http://elsewhere.example", "*"])
      await raw(port, `OPTIONS ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(seen.slice(2).map(({ url }) => url)).toEqual(["/", "/"]);
    expect(
      (
        await send({ port }, "/", {
          connection: "Upgrade, HTTP2-Settings",
          upgrade: "h2c",
          "http2-settings": "AAMAAABkAAQAAP__",
        })
      ).body,
    ).toBe("console");
  });
  test("paths that only resemble the API's go to the console", async () => {
    const { port, seen } = await stand();
    for (const path of ["/api/v10", "/api/auth/csrf", "/docs/apis", "//api/v1/x"])
      await send({ port }, path);
    expect(seen.map((one) => one.area)).toEqual(["console", "console", "console", "console"]);
  });
});

test("a port in use is named, with the variable that changes it", async () => {
  const { port } = await stand();
  await expect(
    listen(createServer(), { host: "127.0.0.1", port, variable: "CHANCERY_HTTP_PORT" }),
  ).rejects.toThrow(new RegExp(`Port ${port} .*in use.*CHANCERY_HTTP_PORT`));
  await expect(
    listen(createServer(), { host: "192.0.2.1", port: 0, variable: "CHANCERY_HTTP_PORT" }),
  ).rejects.toThrow(/CHANCERY_HOST/);
});
