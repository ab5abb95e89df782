import { mkdtempSync, rmSync } from "node:fs";
import {
  createServer,
  type IncomingMessage,
  request as openRequest,
  type RequestListener,
  type Server,
} from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type HandlerFixture, openHandlerFixture, send } from "@/testing/gateway/handler-fixture";
import { makeConsoleProxy } from "./console-proxy";
import { pageHeaders } from "./page-headers";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let folder: string, socketPath: string, gateway: HandlerFixture, upstream: Server | null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "chancery-proxy-"));
  socketPath = join(folder, "console.sock");
  upstream = null;
  gateway = await openHandlerFixture(null, { console: makeConsoleProxy(socketPath, silent) });
});
afterEach(async () => {
  await gateway.close();
  upstream?.closeAllConnections();
  upstream?.close();
  rmSync(folder, { recursive: true, force: true });
});
async function consoleAnswers(listener: RequestListener): Promise<void> {
  upstream = createServer(listener);
  await new Promise<void>((done) => upstream!.listen(socketPath, done));
}

describe("to the console", () => {
  test("the gateway's headers to the console name the caller and the way, whatever the client sent", async () => {
    let got: IncomingMessage | null = null;
    await consoleAnswers((request, response) => {
      got = request;
      response.end("page");
    });
    const reply = await send({ port: gateway.port }, "/certificates?q=1", {
      "x-chancery-client-ip": "10.9.9.9",
      "x-chancery-peer": "MIIB",
      "x-forwarded-proto": "https",
      connection: "x-drop",
      "x-drop": "1",
      te: "trailers",
    });
    expect(reply.body).toBe("page");
    const { headers, url } = got as unknown as IncomingMessage;
    expect(url).toBe("/certificates?q=1");
    expect(headers).toMatchObject({
      "x-chancery-client-ip": "127.0.0.1",
      "x-chancery-listener": "http",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "localhost",
      host: "localhost",
    });
    expect(headers["x-chancery-request-id"]).toBe(reply.headers["x-request-id"]);
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(["x-chancery-peer"]));
    expect([headers.te, headers["x-drop"]]).toEqual([undefined, undefined]);
  });
  test("the console proxy passes bodies unchanged in both directions", async () => {
    await consoleAnswers((request, response) => request.pipe(response));
    const body = "x".repeat(500_000);
    expect(
      (await send({ port: gateway.port }, "/", { "transfer-encoding": "chunked" }, "POST", body))
        .body,
    ).toBe(body);
    expect(
      (
        await send(
          { port: gateway.port },
          "/",
          { "content-length": String(body.length) },
          "POST",
          body,
        )
      ).body,
    ).toBe(body);
  });
});

describe("an answer that does not wait for the body", () => {
  test("reaches the client while it still sends, and the rest of the body does no harm", async () => {
    await consoleAnswers((_request, response) => response.writeHead(413).end("too large"));
    const request = openRequest({
      port: gateway.port,
      method: "POST",
      headers: { host: "localhost", "content-length": "2000000", connection: "keep-alive" },
      agent: false,
    });
    const failed: unknown[] = [];
    request.on("error", (error) => failed.push(error));
    request.write("x".repeat(1_000_000));
    const answer = await new Promise<IncomingMessage>((done) => request.once("response", done));
    expect(answer.statusCode).toBe(413);
    request.end("x".repeat(1_000_000));
    let body = "";
    for await (const piece of answer) body += String(piece);
    expect([body, failed]).toEqual(["too large", []]);
  });

  test("does not end the connection under the gateway, which closes it after each answer", async () => {
    const asked: string[] = [];
    const closed: Promise<unknown>[] = [];
    await consoleAnswers((request, response) => {
      asked.push(String(request.headers.connection));
      closed.push(new Promise((done) => request.socket.once("close", done)));
      response.end("page");
    });
    for (let n = 0; n < 3; n++)
      expect((await send({ port: gateway.port }, "/", {}, "POST", "body")).status).toBe(200);
    await Promise.all(closed);
    expect(asked).toEqual(["keep-alive", "keep-alive", "keep-alive"]);
  });
});

describe("to the browser", () => {
  test("each console page has its own nonce, the same for Next.js and for the browser's policy", async () => {
    const read: string[] = [];
    await consoleAnswers((request, response) => {
      read.push(String(request.headers["content-security-policy"]));
      response
        .setHeader("content-security-policy", "default-src *")
        .setHeader("x-powered-by", "Next.js")
        .end();
    });
    const replies = [
      await send({ port: gateway.port }, "/"),
      await send({ port: gateway.port }, "/", {
        "content-security-policy": "script-src 'nonce-mine'",
      }),
    ];
    expect(replies.map((reply) => reply.headers["content-security-policy"])).toEqual(read);
    expect(new Set(read).size).toBe(2);
    for (const policy of read) {
      expect(policy).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/]{22}==' 'strict-dynamic'/);
      for (const rule of [
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
      ])
        expect(policy).toContain(rule);
      expect(policy).not.toMatch(/script-src[^;]*unsafe|style-src [^;]*unsafe|mine|\*/);
    }
    expect(replies[0]!.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
    expect(replies[0]!.headers["x-powered-by"]).toBeUndefined();
  });
  test("HSTS is sent only over TLS and never for a loopback name", () => {
    expect(pageHeaders("", true, "pki.example.com")["strict-transport-security"]).toMatch(
      /^max-age=\d+$/,
    );
    for (const [secure, host] of [
      [false, "pki.example.com"],
      [true, "localhost"],
      [true, "127.0.0.1"],
      [true, "::1"],
      [true, null],
    ] as const) {
      expect(pageHeaders("", secure, host)["strict-transport-security"]).toBeUndefined();
    }
  });
});

describe("without a console", () => {
  test("without a console a browser gets a page that reloads, a program problem+json, both with Retry-After", async () => {
    const page = await send({ port: gateway.port }, "/", { accept: "text/html,*/*" }),
      problem = await send({ port: gateway.port }, "/");
    expect([page.status, problem.status]).toEqual([503, 503]);
    expect(page.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
    });
    expect(Number(page.headers["retry-after"])).toBeGreaterThan(0);
    expect(page.body).not.toMatch(/ECONN|ENOENT|\.sock|stack/i);
    expect(JSON.parse(problem.body)).toMatchObject({ code: "console.unavailable", status: 503 });
  });
  test("a console that disconnects before answering is a 502; one that disconnects midway aborts the answer instead of ending it", async () => {
    await consoleAnswers((request, response) => {
      if (request.url === "/before") request.socket.destroy();
      else {
        response.writeHead(200, { "content-length": "100" });
        response.write("half", () => request.socket.destroy());
      }
    });
    expect((await send({ port: gateway.port }, "/before")).status).toBe(502);
    await expect(send({ port: gateway.port }, "/midway")).rejects.toThrow(/aborted|reset|hang up/);
  });
  test("a console page that hangs, before or after its first byte, is given up; a file download may pause", async () => {
    await gateway.close();
    gateway = await openHandlerFixture(null, {
      console: makeConsoleProxy(socketPath, silent, 200),
    });
    const ends: (() => void)[] = [];
    await consoleAnswers((request, response) => {
      if (request.url === "/silent") return;
      response.writeHead(200, {
        "content-type": request.url === "/page" ? "text/html; charset=utf-8" : "text/csv",
      });
      response.write("half");
      ends.push(() => response.end());
    });
    for (const headers of [{ accept: "text/html" }, { rsc: "1" }]) {
      const reply = await send({ port: gateway.port }, "/silent", headers);
      expect([reply.status, Number(reply.headers["retry-after"]) > 0]).toEqual([503, true]);
    }
    await expect(send({ port: gateway.port }, "/page", { accept: "text/html" })).rejects.toThrow(
      /aborted|reset|hang up/,
    );
    const file = send({ port: gateway.port }, "/file", { accept: "text/html" });
    await expect(send({ port: gateway.port }, "/page", { accept: "text/html" })).rejects.toThrow(
      /aborted|reset|hang up/,
    );
    for (const end of ends) end();
    expect((await file).body).toBe("half");
  });
});
