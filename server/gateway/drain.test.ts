import { once } from "node:events";
import {
  Agent,
  createServer,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from "node:http";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { makeDrain } from "./drain";
import { listen } from "@/lib/runtime/listen";
import { freePorts } from "@/testing/free-ports";

const agent = new Agent({ keepAlive: true });
const host = "127.0.0.1";

async function stand(answer: (response: ServerResponse) => void) {
  const drain = makeDrain(),
    server = createServer((_request, response) => answer(response));
  drain.track(server);
  // None that port 0 comes from: another test, which listens on all addresses, could get it next.
  const [free = 0] = await freePorts(1);
  const port = await listen(server, { host, port: free, variable: "none" });
  const ask = async (): Promise<{ text: string; connection: string | undefined }> => {
    const request = openRequest({ port, host, agent }).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    let text = "";
    for await (const piece of response) text += String(piece);
    return { text, connection: response.headers.connection };
  };
  return { drain, port, ask };
}

test("a request that runs when the gateway closes gets its whole response, and new connections are refused", async () => {
  const waiting: ServerResponse[] = [];
  const { drain, port, ask } = await stand((response) => void waiting.push(response));
  const asking = ask();
  while (waiting.length === 0) await new Promise((done) => setImmediate(done));
  const closed = drain.close(60_000);
  await expect(once(connect(port, host), "connect")).rejects.toThrow("ECONNREFUSED");
  waiting[0]!.end("whole");
  expect((await asking).text).toBe("whole");
  await closed;
});

test("idle connections do not hold the gateway open", async () => {
  const { drain, ask } = await stand((response) => response.end("x"));
  expect((await ask()).connection).toBe("keep-alive");
  await drain.close(60_000);
  expect(drain.draining()).toBe(true);
});

test("a request that never ends is cut after the grace", async () => {
  let arrived = false;
  const { drain, ask } = await stand(() => {
    arrived = true;
  });
  const asking = ask().then(
    () => "answered",
    () => "cut",
  );
  while (!arrived) await new Promise((done) => setImmediate(done));
  await drain.close(1);
  expect(await asking).toBe("cut");
});

test("connections that the server does not know are closed while they are idle, and cut after the grace", async () => {
  const drain = makeDrain(),
    done: string[] = [],
    sockets: Socket[] = [];
  const server = createServer();
  server.removeAllListeners("connection");
  server.on("connection", (socket) => void sockets.push(socket));
  // None that port 0 comes from: another test, which listens on all addresses, could get it next.
  const [free = 0] = await freePorts(1);
  const port = await listen(server, { host, port: free, variable: "none" });
  drain.track(server, {
    closeIdle: () => void done.push("idle"),
    closeAll: () => sockets.forEach((socket) => socket.destroy()),
  });
  const socket = connect(port, host);
  await once(socket, "connect");
  while (sockets.length === 0) await new Promise((turn) => setImmediate(turn));
  await drain.close(1);
  expect(done).toContain("idle");
});
