import { createServer, request as plainRequest, type Server } from "node:http";
import { request as tlsRequest } from "node:https";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEnv } from "@/lib/env";
import { makePublished } from "@/lib/log/published";
import { openStand, until, type Stand } from "@/lib/log/publish/testdata/stand";
import { createToken } from "@/lib/tokens/create-token";
import { makeApi } from "@/server/api/app";
import { makeApiDoor } from "@/server/listeners/api-door";
import { makeDoorHandler } from "@/server/listeners/door-handler";
import { makeLogDoor } from "@/server/log/log-door";
import { readNote, verifyEverything } from "@/server/log/testing/stranger";
import { makeTileStore } from "@/server/log/tile-store";
import { openDoor, type Door } from "@/server/open-door";
import { makeTestHouse, testActor, type TestHouse } from "@/server/signer/testing/make-test-house";
import { makeMetrics } from "@/server/status/metrics";

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

describe("what the real pipeline publishes, fetched by a stranger", () => {
  let stand: Stand, server: Server, token: string;
  beforeAll(async () => {
    stand = await openStand();
    const { deps } = stand.house;
    token =
      (
        await createToken(deps, testActor(), {
          name: "auditor",
          role: "auditor",
          identityId: null,
          expiresInDays: null,
        })
      ).secret ?? "";
    const serveLog = makeLogDoor({
      published: makePublished(deps.db, Date.now, 0),
      tiles: makeTileStore(deps.db),
      count: () => {},
    });
    server = createServer(
      makeDoorHandler(
        {
          status: serveLog,
          api: makeApiDoor(makeApi(deps)),
          console: (_request, response) => {
            response.end();
          },
          authorize: () => {},
          judge: () => Promise.reject(new Error("no certificates here")),
          refuse: async () => {},
          metrics: makeMetrics(),
          ownNames: [],
          httpsPort: () => 3443,
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
    await stand.close();
  });

  /** Runs the pipeline until exactly so many entries are published, and stops it: what is fetched afterwards waits in the inbox. */
  async function publishExactly(size: number): Promise<void> {
    stand.start();
    const now = await stand.published();
    await stand.write(size - now);
    expect(await stand.published()).toBe(size);
    await stand.stopAll();
  }

  // Each fetch of entries is an entry itself: one more after 255, one after 256.
  test.each([255, 256, 257, 1_000])(
    "%i entries: the checkpoint's root is re-derived from tiles and entries",
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

describe("through the door itself", () => {
  const folder = mkdtempSync(join(tmpdir(), "chancery-log-door-")),
    quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  let house: TestHouse,
    doors: Door[] = [],
    token: string;
  beforeAll(async () => {
    house = await makeTestHouse({ setUp: false, connections: 30 });
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
    doors = [await openDoor(house.deps, env, quiet), await openDoor(house.deps, env, quiet)];
    token =
      (
        await createToken(house.deps, testActor(), {
          name: "auditor",
          role: "auditor",
          identityId: null,
          expiresInDays: null,
        })
      ).secret ?? "";
  });
  afterAll(async () => {
    await Promise.all(doors.map((door) => door.close(100)));
    await house.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("both nodes serve the same log on all three listeners, and entries by token over each", async () => {
    const places = doors.flatMap(({ ports: { http, https, mtls } }) => [
      { port: http, secure: false },
      { port: https, secure: true },
      { port: mtls, secure: true },
    ]);
    const key = await until(async () => {
      const { status, body } = await ask(doors[0]!.ports.http, "/log/key");
      return status === 200 ? body.toString() : null;
    });
    await until(
      async () => (await ask(doors[0]!.ports.http, "/log/tile/0/000.p/1")).status === 200,
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
