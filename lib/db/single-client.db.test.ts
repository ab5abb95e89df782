import { globSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { openHarness, type Harness } from "@/testing/harness";
import { makeClient, makeLongClient } from "./single-client";

let harness: Harness;
let silent: Server;
const accepted: Socket[] = [];
let silentUrl = "";
const repoRoot = findRepoRoot();
beforeAll(async () => {
  harness = await openHarness();
  silent = createServer((socket) => accepted.push(socket)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  silentUrl = `postgresql://chancery@127.0.0.1:${(silent.address() as { port: number }).port}/x`;
});
afterAll(async () => {
  for (const socket of accepted) socket.destroy();
  silent.close();
  await harness.close();
});

describe("a single connection ends with an error, and never waits indefinitely", () => {
  test("if a server accepts it and says nothing", async () => {
    const client = makeClient(silentUrl, { connectTimeoutMs: 100 });
    await expect(client.connect()).rejects.toThrow(/timeout/);
  });
  test("if a statement takes longer than its limit: the server cancels it, and the connection stays usable", async () => {
    const client = makeClient(harness.urls.superUrl, { statementTimeoutMs: 100 });
    await client.connect();
    await expect(client.query("select pg_sleep(600)")).rejects.toMatchObject({ code: "57014" });
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await client.end();
  });
  test.each([
    ["for short statements", makeClient],
    ["for long work", makeLongClient],
  ])(
    "if its server ends it between two statements, only the next statement fails (%s)",
    async (_what, make) => {
      const client = make(harness.urls.superUrl);
      await client.connect();
      const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
      const ended = new Promise((resolve) => client.once("end", resolve));
      await harness.asSuper("select pg_terminate_backend($1)", [rows[0]?.pid]);
      await ended;
      await expect(client.query("select 1")).rejects.toThrow(/closed|terminat|not queryable/);
    },
  );
});

test("every other connection outside of the pools has these limits", () => {
  const files = globSync("{lib,server,cli}/**/*.ts", { cwd: repoRoot }).filter(
    (file) => !file.endsWith(".test.ts"),
  );
  expect(files.length).toBeGreaterThan(500);
  const own = files.filter((file) =>
    /new (?:pg\.)?Client\(/.test(readFileSync(`${repoRoot}/${file}`, "utf8")),
  );
  // LISTEN waits for as long as the process runs; it opens with the limit, and reconnects.
  expect(own.toSorted()).toEqual(["lib/db/listen.ts", "lib/db/single-client.ts"]);
});
