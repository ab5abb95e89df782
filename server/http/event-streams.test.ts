import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from "node:http";
import { expect, test } from "vitest";
import { makeDrain } from "@/server/gateway/drain";
import { listen } from "@/lib/runtime/listen";

async function stand(answer: (response: ServerResponse, path: string) => void) {
  const drain = makeDrain(),
    server = createServer((request, response) => answer(response, request.url ?? ""));
  drain.track(server);
  const port = await listen(server, { host: "127.0.0.1", port: 0, variable: "none" });
  const ask = async (path: string): Promise<IncomingMessage> => {
    const [response] = (await once(
      openRequest({ port, host: "127.0.0.1", path, agent: false }).end(),
      "response",
    )) as [IncomingMessage];
    return response;
  };
  return { drain, ask };
}
const wholeOf = async (response: IncomingMessage): Promise<string> => {
  let text = "";
  for await (const piece of response) text += String(piece);
  return text;
};

test("a stream of events does not hold the gateway open, while an ordinary response still completes", async () => {
  const ordinary: ServerResponse[] = [];
  const { drain, ask } = await stand((response, path) => {
    response.writeHead(200, {
      "content-type": path === "/stream" ? "text/event-stream; charset=utf-8" : "text/plain",
    });
    response.write(path === "/stream" ? "event: at\n\n" : "half, ");
    if (path !== "/stream") ordinary.push(response);
  });
  const stream = await ask("/stream"),
    other = await ask("/other"),
    streamed = wholeOf(stream);
  streamed.catch(() => {});
  const closed = drain.close(60_000);
  await expect(streamed).rejects.toThrow("aborted");
  const text = wholeOf(other);
  ordinary[0]!.end("whole");
  expect(await text).toBe("half, whole");
  await closed;
});

test.each(["/stream?after=1&x=/y", "/api/v1/audit/stream"])(
  "a stream that has not begun yet is cut, too: %s",
  async (path) => {
    const waiting: ServerResponse[] = [];
    const { drain, ask } = await stand((response) => void waiting.push(response));
    const asking = ask(path);
    asking.catch(() => {});
    await expect.poll(() => waiting.length).toBe(1);
    await drain.close(60_000);
    await expect(asking).rejects.toThrow(/hang up|reset/);
  },
);

test.each(["/streams", "/stream/x", "/x?y=/stream"])(
  "a response that is not a stream may complete: %s",
  async (path) => {
    const waiting: ServerResponse[] = [];
    const { drain, ask } = await stand((response) => void waiting.push(response));
    const asking = ask(path).then(wholeOf);
    await expect.poll(() => waiting.length).toBe(1);
    const closed = drain.close(60_000);
    waiting[0]!.end("whole");
    expect(await asking).toBe("whole");
    await closed;
  },
);
