import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makePublishedLogCache } from "@/lib/log/publish/published-log-cache";
import { makeApi } from "@/server/api/app";
import { makeApiHandler } from "@/server/gateway/api-handler";
import { makeRequestHandler } from "@/server/gateway/request-handler";
import { makeMetrics } from "@/server/status/metrics";
import { requestFrom } from "@/testing/gateway/request-from";
import { type Harness, openHarness } from "@/testing/harness";
import { openPublishedLog, type PublishedTestLog } from "@/testing/log/published-log";
import { treeHash, verifyEverything } from "@/testing/log/independent-verifier";
import { makeLogHandler } from "./log-handler";
import { makeTileStore } from "./tile-store";

// Over real sockets, through the gateway's own handler of plain HTTP. The log's entries come as rows;
// its checkpoints as the publisher writes them.

let harness: Harness,
  log: PublishedTestLog,
  server: Server,
  port: number,
  auditor: string,
  from = "127.0.0.1";

beforeAll(async () => {
  harness = await openHarness();
  await harness.stopSequencer();
  auditor = await harness.tokenFor("auditor");
  const { deps } = harness,
    published = makePublishedLogCache(deps.db, Date.now, 0),
    serveLog = makeLogHandler({ published, tiles: makeTileStore(deps.db), count: () => {} });
  const handler = makeRequestHandler(
    {
      status: serveLog,
      api: makeApiHandler(makeApi(deps, { published })),
      console: (_request, response) => {
        response.end("console");
      },
      authorize: () => {},
      acme: () => {},
      est: () => {},
      compat: () => {},
      verify: () => Promise.reject(new Error("no certificates here")),
      refuse: async () => {},
      refuseForeignOrigin: () => {},
      refuseMalformed: () => {},
      authTimeoutMs: 2_500,
      metrics: makeMetrics(),
      serverNames: [],
      httpsPort: () => 3443,
      publicUrl: deps.publicUrl,
    },
    "http",
  );
  server = createServer(handler);
  server.on("connection", (socket: Socket) =>
    Object.defineProperty(socket, "remoteAddress", { get: () => from }),
  );
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
  await log?.close();
  await harness.close();
});

const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  requestFrom(port, { path, headers, method });
async function get(path: string, headers: Record<string, string> = {}): Promise<Buffer> {
  const { status, body } = await ask(path, headers);
  if (status !== 200) throw new Error(`${path} answered ${status}`);
  return body;
}
const getEntries = (path: string): Promise<Buffer> =>
  get(path, { authorization: `Bearer ${auditor}` });

test("before a log exists and before its first checkpoint, its resources are not found", async () => {
  expect((await ask("/log/checkpoint")).status).toBe(404);
  expect((await ask("/log/key")).status).toBe(404);
  log = await openPublishedLog(harness);
  expect((await ask("/log/checkpoint")).status).toBe(404);
  expect((await get("/log/key")).toString()).toBe(`${log.vkey}\n`);
  expect((await ask("/log/tile/0/000.p/1")).status).toBe(404);
});

// One growing log: each size is published, fetched and re-derived; small sizes are those at which
// tiles begin and end.
test.each([0, 1, 255, 256, 257, 1000, 70_000])(
  "the root of %i entries can be computed from tiles and entries without authentication",
  async (size) => {
    await log.fill(size);
    const note = await log.publish(size);
    const seen = await verifyEverything((path) => get(path), getEntries);
    expect(seen).toMatchObject({ origin: log.origin, size });
    expect((await get("/log/checkpoint")).toString()).toBe(note);
  },
);

test("partial tiles of older checkpoints are still served, with the size of their checkpoint", async () => {
  expect((await get("/log/tile/0/000.p/255")).length).toBe(255 * 32);
  expect(treeHash(split(await get("/log/tile/0/000.p/255"))).toString("base64")).toBe(
    Buffer.from(await log.rootAt(255)).toString("base64"),
  );
  expect((await get("/log/tile/1/000.p/3")).length).toBe(3 * 32);
  expect((await get("/log/tile/2/000.p/1")).length).toBe(32);
  expect((await get("/log/tile/0/273.p/112")).length).toBe(112 * 32);
});

describe("tiles that no checkpoint covers and malformed paths are not found", () => {
  test.each([
    "/log/tile/0/273.p/113",
    "/log/tile/0/273",
    "/log/tile/0/274.p/1",
    "/log/tile/1/001.p/18",
    "/log/tile/2/000.p/2",
    "/log/tile/3/000.p/1",
    "/log/tile/63/000",
    "/log/tile/0/x001/000",
    "/log/tile/0/000.p/0",
    "/log/tile/0/000.p/256",
    "/log/tile/0/000.p/01",
    "/log/tile/00/000",
    "/log/tile/64/000",
    "/log/tile/-1/000",
    "/log/tile/0/0",
    "/log/tile/0/0000",
    "/log/tile/0/x000/000",
    "/log/tile/0/001/000",
    "/log/tile/0/000/",
    "/log/tile/0//000",
    "/log/tile/0/000.p",
    "/log/tile/0/000.p/",
    "/log/tile/0/%30%30%30",
    "/log/tile/0/../0/000",
    "/log/tile",
    "/log/",
    "/log/checkpoint/",
    "/log/Checkpoint",
    "/log/%63heckpoint",
    "/log/tile/%65ntries/000",
    "/log/0000000g/checkpoint",
    "/log/00000002/checkpoint",
  ])("%s", async (path) => {
    const { status, headers } = await ask(path);
    expect({ status, caching: headers["cache-control"] }).toEqual({
      status: 404,
      caching: "no-store",
    });
  });

  test("entries that are numbered but not published have neither tile nor bundle", async () => {
    await log.fill(70_001);
    expect((await ask("/log/tile/0/273.p/113")).status).toBe(404);
    expect(
      (await ask("/log/tile/entries/273.p/113", { authorization: `Bearer ${auditor}` })).status,
    ).toBe(404);
    await log.publish(70_001);
    expect((await ask("/log/tile/0/273.p/113")).status).toBe(200);
  });
});

describe("headers", () => {
  test("a tile is served as immutable and readable from any web page", async () => {
    const { headers } = await ask("/log/tile/0/000");
    expect(headers).toMatchObject({
      "content-type": "application/octet-stream",
      "cache-control": "public, max-age=31536000, immutable",
      "content-length": "8192",
      "access-control-allow-origin": "*",
    });
  });
  test("a checkpoint may be cached for one second, with an entity tag", async () => {
    const { headers } = await ask("/log/checkpoint");
    expect(headers).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "public, max-age=1",
      "access-control-allow-origin": "*",
    });
    const again = await ask("/log/checkpoint", { "if-none-match": headers.etag! });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await ask("/log/checkpoint", { "if-none-match": '"another"' })).status).toBe(200);
  });
  test("HEAD has the same headers as GET and no body", async () => {
    for (const path of ["/log/checkpoint", "/log/key", "/log/tile/0/000"]) {
      const [head, full] = [await ask(path, {}, "HEAD"), await ask(path)];
      expect([
        head.status,
        head.headers.etag,
        head.headers["content-length"],
        head.body.length,
      ]).toEqual([200, full.headers.etag, String(full.body.length), 0]);
    }
  });
  test.each(["POST", "PUT", "DELETE", "PATCH"])("%s is refused", async (method) => {
    expect(await ask("/log/checkpoint", {}, method)).toMatchObject({
      status: 405,
      headers: { allow: "GET, HEAD, OPTIONS" },
    });
  });
  test("a CORS preflight for a tile is answered", async () => {
    expect(
      await ask(
        "/log/tile/0/000",
        { origin: "https://audit.example.com", "access-control-request-method": "GET" },
        "OPTIONS",
      ),
    ).toMatchObject({ status: 204, headers: { "access-control-allow-origin": "*" } });
  });
});

describe("entries", () => {
  test("entry tiles are served to callers who may read the audit log, and each download is recorded before the response", async () => {
    const { result, entries } = await harness.newEntries(() =>
      ask("/log/tile/entries/000", { authorization: `Bearer ${auditor}` }),
    );
    expect(result).toMatchObject({
      status: 200,
      headers: {
        "content-type": "application/octet-stream",
        "cache-control": "private, max-age=31536000, immutable",
      },
    });
    expect(result.headers["access-control-allow-origin"]).toBeUndefined();
    expect(entries).toEqual([
      expect.objectContaining({
        action: "log.read",
        outcome: "success",
        target: { kind: "log", id: log.origin, label: log.origin },
        details: expect.objectContaining({
          method: "GET",
          path: "/log/tile/entries/000",
          status: 200,
        }),
      }),
    ]);
  });
  test.each([
    ["no token", 401],
    ["an unknown token", 401],
    ["operator", 403],
    ["approver", 403],
  ] as const)(
    "entry tiles are refused to %s with %i, and the refusal is recorded",
    async (who, status) => {
      const headers: Record<string, string> =
        who === "no token"
          ? {}
          : {
              authorization: `Bearer ${who === "an unknown token" ? "chy_unknown" : await harness.tokenFor(who)}`,
            };
      const { result, entries } = await harness.newEntries(() =>
        ask("/log/tile/entries/000", headers),
      );
      expect(result.status).toBe(status);
      expect(result.body.toString()).not.toContain('"n":');
      expect(entries).toEqual([expect.objectContaining({ action: "request.refused" })]);
    },
  );
  test("entry tiles are not served while the audit log can't be written", async () => {
    const result = await harness.withoutRecord(() =>
      ask("/log/tile/entries/000", { authorization: `Bearer ${auditor}` }),
    );
    expect(result.status).toBe(503);
    expect(result.body.toString()).not.toContain('"n":');
  });
  test("entry tiles are not served over plain HTTP to another machine, while hash tiles are", async () => {
    from = "192.0.2.7";
    try {
      expect(
        (
          await ask("/log/tile/entries/000", {
            authorization: `Bearer ${auditor}`,
            connection: "close",
          })
        ).status,
      ).toBe(403);
      expect((await ask("/log/tile/0/000", { connection: "close" })).status).toBe(200);
    } finally {
      from = "127.0.0.1";
    }
  });
  test("entry tiles are compressed for clients that accept it, with the same content", async () => {
    const token = { authorization: `Bearer ${auditor}` },
      plain = await ask("/log/tile/entries/000", token);
    for (const accept of ["gzip", "gzip, br", "br, gzip;q=0.5", "*"]) {
      const zipped = await ask("/log/tile/entries/000", { ...token, "accept-encoding": accept });
      expect([
        zipped.headers["content-encoding"],
        gunzipSync(zipped.body).equals(plain.body),
      ]).toEqual(["gzip", true]);
    }
    for (const accept of ["identity", "gzip;q=0", "br", "xgzip"])
      expect(
        (await ask("/log/tile/entries/000", { ...token, "accept-encoding": accept })).headers[
          "content-encoding"
        ],
        accept,
      ).toBeUndefined();
  });
  test.each([
    "/log/tile/entries/274.p/1",
    "/log/tile/entries/273",
    "/log/tile/entries/0",
    "/log/tile/entries/000.p/256",
    "/log/tile/entries/",
    "/log/tile/entries/%30%30%30",
  ])("%s is not there", async (path) => {
    expect((await ask(path, { authorization: `Bearer ${auditor}` })).status).toBe(404);
  });
  test("POST to an entry tile is refused", async () => {
    expect(
      (await ask("/log/tile/entries/000", { authorization: `Bearer ${auditor}` }, "POST")).status,
    ).toBe(405);
  });
});

describe("after a continuation", () => {
  test("after a continuation the newest log is served, and the previous one under its own path up to where they diverge", async () => {
    const before = (await get("/log/checkpoint")).toString(),
      next = await openPublishedLog(harness, "log.example.com/log/0000000b");
    try {
      expect((await get("/log/checkpoint")).toString()).toBe(before);
      await next.fill(70_010);
      const note = await next.publish(70_010);
      expect((await get("/log/checkpoint")).toString()).toBe(note);
      expect((await get("/log/key")).toString()).toBe(`${next.vkey}\n`);
      expect((await get("/log/00000001/checkpoint")).toString()).toBe(before);
      expect((await get("/log/00000001/key")).toString()).toBe(`${log.vkey}\n`);
      expect((await ask("/log/00000001/tile/0/273.p/113")).status).toBe(200);
      expect((await ask("/log/00000001/tile/0/273.p/114")).status).toBe(404);
      expect((await ask("/log/0000000b/tile/0/273.p/114")).status).toBe(200);
    } finally {
      await next.close();
    }
  });
});

const split = (tile: Buffer): Buffer[] =>
  Array.from({ length: tile.length / 32 }, (_, at) => tile.subarray(at * 32, at * 32 + 32));
