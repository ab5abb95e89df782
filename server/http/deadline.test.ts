import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { authTimeoutMs } from "@/lib/runtime/gateway-deps";
import { setDeadline, withTimeout } from "./deadline";

const opened: { close: () => void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

/** Holds this process up, as a crowded machine does. */
function holdUp(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

/** Resolves with what a server in another process's stead has sent over a real socket. */
async function answerOverSocket(): Promise<{ answer: Promise<string>; send: () => void }> {
  let send = (): void => {};
  const server = createServer((socket) => {
    send = () => void socket.write("yes");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1"),
    accepted = new Promise((done) => server.once("connection", done));
  opened.push(server, { close: () => socket.destroy() });
  const answer = new Promise<string>((done) =>
    socket.once("data", (bytes) => done(bytes.toString())),
  );
  await accepted;
  return { answer, send: () => send() };
}

test("an answer that arrived while the process was blocked beyond the deadline still counts", async () => {
  const { answer, send } = await answerOverSocket(),
    decision = withTimeout(answer, authTimeoutMs);
  send();
  holdUp(400);
  await expect(decision).resolves.toBe("yes");
});

test("an answer that has not arrived at the deadline is refused with a code and a time to try again", async () => {
  await expect(withTimeout(new Promise(() => {}), authTimeoutMs)).rejects.toMatchObject({
    code: "status.unavailable",
    kind: "unavailable",
    retryAfterSeconds: 2,
  });
});

test("a failure before the deadline is passed on unchanged", async () => {
  await expect(withTimeout(Promise.reject(new Error("broken")), authTimeoutMs)).rejects.toThrow(
    "broken",
  );
});

test("a canceled deadline never fires, not even if it has already passed", async () => {
  let told = 0;
  const cancel = setDeadline(5, () => {
    told += 1;
  });
  const late = setDeadline(5, () => {
    told += 10;
  });
  // Due at the same time, so it fires right after the two, and before their immediates.
  setTimeout(() => {
    cancel();
  }, 5);
  holdUp(20);
  await pause(50);
  late();
  expect(told).toBe(10);
});
