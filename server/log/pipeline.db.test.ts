import { createServer, request as plainRequest, type Server } from "node:http";
import { request as tlsRequest } from "node:https";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makePublishedLogCache } from "@/lib/log/publish/published-log-cache";
import { readEnv } from "@/lib/runtime/env";
import { createToken } from "@/lib/tokens/create-token";
import { makeApi } from "@/server/api/app";
import { makeApiHandler } from "@/server/gateway/api-handler";
import { makeRequestHandler } from "@/server/gateway/request-handler";
import { type Gateway, startGateway } from "@/server/gateway/start-gateway";
import { makeMetrics } from "@/server/status/metrics";
import { system } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import {
  openPublishingLog,
  type PublishingLog,
  until,
} from "@/testing/log/publish/pipeline-fixture";
import { readNote, verifyEverything } from "@/testing/log/independent-verifier";
import { makeLogHandler } from "./log-handler";
import { makeTileStore } from "./tile-store";

type Sent = Readonly<{ status: number; body: Buffer }>;

function ask(
  port: number,
  path: string,
  {
    token,
    secure = false,
    method = "GET",
  }: Readonly<{ token?: string; secure?: boolean; method?: string }> = {},
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const options = {
      port,
      host: "127.0.0.1",
      path,
      method,
      agent: false as const,
      headers: {
        host: "localhost",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    };
    const request = secure
      ? tlsRequest({ ...options, rejectUnauthorized: false })
      : plainRequest(options);
    request
      .on("response", (incoming) => {
        const pieces: Buffer[] = [];
        incoming
          .on("data", (piece: Buffer) => pieces.push(piece))
          .on("end", () => {
            resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(pieces) });
          });
      })
      .on("error", reject)
      .end();
  });
}

describe("what the real pipeline publishes, fetched without authentication", () => {
  let fixture: PublishingLog, server: Server, token: string;
  beforeAll(async () => {
    fixture = await openPublishingLog();
    const { deps } = fixture.harness;
    token =
      (
        await createToken(deps, system, {
          name: "auditor",
          role: "auditor",
          identityId: null,
          expiresInDays: null,
        })
      ).result.secret ?? "";
    const published = makePublishedLogCache(deps.db, Date.now, 0);
    const serveLog = makeLogHandler({
      published,
      tiles: makeTileStore(deps.db),
      count: () => {},
    });
    server = createServer(
      makeRequestHandler(
        {
          status: serveLog,
          api: makeApiHandler(makeApi(deps, { published })),
          console: (_request, response) => {
            response.end();
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
      ),
    ).listen(0, "127.0.0.1");
    await until(() => server.listening);
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((done) => {
      server.close(done);
    });
    await fixture.close();
  });

  /**
   * Runs the pipeline until exactly so many entries are published, and stops it: what is fetched
   * afterwards waits in the inbox.
   */
  async function publishExactly(size: number): Promise<void> {
    fixture.start();
    const now = await fixture.published();
    await fixture.write(size - now);
    expect(await fixture.published()).toBe(size);
    await fixture.stopAll();
  }

  // Each fetch of entries is an entry itself: one more after 255, one after 256.
  test.each([255, 256, 257, 1_000])(
    "of %i published entries the checkpoint's root can be computed from tiles and entries",
    async (size) => {
      await publishExactly(size);
      const { port } = server.address() as AddressInfo,
        get = async (path: string) => (await ask(port, path)).body,
        getEntries = async (path: string) => (await ask(port, path, { token })).body;
      expect(await verifyEverything(get, getEntries)).toMatchObject({
        size,
        origin: expect.stringMatching(/^ca\.example\.com\/log\/[0-9a-f]{8}$/) as string,
      });
    },
  );
});

describe("through the gateway itself", () => {
  const folder = mkdtempSync(join(tmpdir(), "chancery-log-gateway-")),
    quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  let harness: Harness,
    gateways: Gateway[] = [],
    token: string;
  beforeAll(async () => {
    harness = await openHarness({ sequencer: false, connections: 30 });
    const env = readEnv({
      NODE_ENV: "test",
      CHANCERY_HOST: "127.0.0.1",
      CHANCERY_HTTP_PORT: "0",
      CHANCERY_HTTPS_PORT: "0",
      CHANCERY_MTLS_PORT: "0",
      CHANCERY_PUBLIC_URL: "http://ca.example.com",
      CHANCERY_RUN_DIR: folder,
      CHANCERY_DATA: folder,
    });
    gateways = [
      await startGateway(harness.deps, env, quiet),
      await startGateway(harness.deps, env, quiet),
    ];
    token =
      (
        await createToken(harness.deps, system, {
          name: "auditor",
          role: "auditor",
          identityId: null,
          expiresInDays: null,
        })
      ).result.secret ?? "";
  });
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.close(100)));
    await harness.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("both nodes serve the same log on all three listeners, and entries by token over each", async () => {
    const places = gateways.flatMap(({ ports: { http, https, mtls } }) => [
      { port: http, secure: false },
      { port: https, secure: true },
      { port: mtls, secure: true },
    ]);
    const key = await until(async () => {
      const { status, body } = await ask(gateways[0]!.ports.http, "/log/key");
      return status === 200 ? body.toString() : null;
    });
    await until(
      async () => (await ask(gateways[0]!.ports.http, "/log/tile/0/000.p/1")).status === 200,
    );
    for (const { port, secure } of places) {
      const { origin } = readNote(
        (await ask(port, "/log/checkpoint", { secure })).body.toString(),
        key,
      );
      expect(origin).toMatch(/^ca\.example\.com\/log\/[0-9a-f]{8}$/);
      expect((await ask(port, "/log/tile/0/000.p/1", { secure })).body.length).toBe(32);
      expect((await ask(port, "/log/tile/entries/000.p/1", { secure })).status).toBe(401);
      expect((await ask(port, "/log/tile/entries/000.p/1", { secure, token })).status).toBe(200);
      expect((await ask(port, `/log/${origin.slice(-8)}/checkpoint`, { secure })).status).toBe(200);
      expect((await ask(port, "/log/nothing", { secure })).status).toBe(404);
    }
  });
});
