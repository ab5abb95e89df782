import { createServer, type IncomingMessage, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordEntry } from "@/lib/log/record/record-entry";
import { makeApiHandler } from "@/server/gateway/api-handler";
import { anonymousActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { makeApi } from "./app";

// Over a real socket: what a connection does to a stream does not show in a call within the
// process.
let harness: Harness, server: Server, port: number, token: string;
beforeAll(async () => {
  harness = await openHarness();
  token = await harness.tokenFor("auditor");
  const gateway = makeApiHandler(makeApi(harness.deps));
  server = createServer((request, response) => {
    gateway(request, response, {
      ip: "127.0.0.1",
      port: request.socket.remotePort ?? null,
      listener: "http",
      via: ["http"],
      decision: null,
      proxy: null,
      forwardedRequest: null,
      requestId: "req_stream",
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

type Event = Readonly<{
  id: string | undefined;
  event: string | undefined;
  data: string | undefined;
}>;
type Stream = Readonly<{
  response: IncomingMessage;
  events: () => readonly Event[];
  cut: () => void;
}>;

function follow(query: string, headers: Record<string, string> = {}): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        port,
        host: "127.0.0.1",
        agent: false,
        path: `/api/v1/audit/stream${query}`,
        headers: { authorization: `Bearer ${token}`, ...headers },
      },
      (response) => {
        let text = "";
        response
          .on("data", (chunk: Buffer) => {
            text += chunk.toString();
          })
          .on("error", () => {});
        const field = (block: string, name: string): string | undefined =>
          new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
        const events = (): Event[] =>
          text
            .split("\n\n")
            .slice(0, -1)
            .map((block) => ({
              id: field(block, "id"),
              event: field(block, "event"),
              data: field(block, "data"),
            }));
        resolve({ response, events, cut: () => outgoing.destroy() });
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
}
const act = (n: number) =>
  recordEntry(harness.deps.recorder, anonymousActor(), {
    action: "session.refused",
    outcome: "failure",
    target: null,
    details: { email: `${n}@example.com` },
  });
const said = ({ events }: Stream): string[] =>
  events()
    .filter(({ event }) => event === "entry")
    .map(({ data = "" }) => (JSON.parse(data) as { details: { email: string } }).details.email);

test("entries are streamed as they are written, and a client that reconnects continues where it was", async () => {
  const first = await follow("?action=session.refused");
  expect(first.response.headers).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
  });
  await expect.poll(() => first.events()[0]?.event).toBe("at");
  await act(1);
  await expect.poll(() => said(first)).toEqual(["1@example.com"]);
  const last = first.events().at(-1)?.id ?? "";
  first.cut();
  await act(2);
  await act(3);
  const second = await follow("?action=session.refused&after=0", { "last-event-id": last });
  await act(4);
  await expect
    .poll(() => said(second))
    .toEqual(["2@example.com", "3@example.com", "4@example.com"]);
  second.cut();
});

test("closed stream connections leave no database connection in use", async () => {
  const before = harness.deps.db.pool.totalCount - harness.deps.db.pool.idleCount;
  const streams = await Promise.all(Array.from({ length: 20 }, () => follow("?q=nothing-at-all")));
  for (const stream of streams) stream.cut();
  await expect
    .poll(async () => {
      await act(9);
      return harness.deps.db.pool.totalCount - harness.deps.db.pool.idleCount;
    })
    .toBeLessThanOrEqual(before);
  const one = await follow("?q=nothing-at-all");
  expect(one.response.statusCode).toBe(200);
  one.cut();
});

test.each([
  ["?after=x", 422],
  ["?ip=nowhere", 400],
  ["?limit=5", 400],
  ["?order=desc", 400],
  ["?unknown=1", 400],
])("%s is refused", async (query, status) => {
  const { response } = await follow(query);
  expect(response.statusCode).toBe(status);
});

test("unauthenticated callers and roles that may not read the log get no stream", async () => {
  expect((await follow("", { authorization: "Bearer chy_nothing" })).response.statusCode).toBe(401);
  expect(
    (await follow("", { authorization: `Bearer ${await harness.tokenFor("operator")}` })).response
      .statusCode,
  ).toBe(403);
});
