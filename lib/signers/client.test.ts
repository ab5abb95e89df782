import { createServer, type Server, type Socket } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectSigner } from "./client";

let folder: string, path: string, server: Server | null, client: ReturnType<typeof connectSigner>;
const sockets = new Set<Socket>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chancery-client-"));
  path = join(folder, "signer.sock");
  server = null;
});
afterEach(async () => {
  client.close();
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

async function stop(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  if (server)
    await new Promise((resolve) => {
      server?.close(resolve);
    });
  server = null;
}

/** A signer that answers each line as `answer` says; null leaves it without an answer. */
async function serve(
  answer: (
    line: { id: number; method: string; certificateId?: string },
    socket: Socket,
  ) => string | null,
): Promise<void> {
  const made = createServer((socket) => {
    sockets.add(socket);
    let text = "";
    socket.on("data", (chunk) => {
      text += String(chunk);
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        const reply = answer(
          JSON.parse(text.slice(0, end)) as { id: number; method: string },
          socket,
        );
        text = text.slice(end + 1);
        if (reply !== null) socket.write(`${reply}\n`);
      }
    });
    socket.on("error", () => {
      /* the test ended it */
    });
  });
  server = made;
  await new Promise<void>((resolve) => {
    made.listen(path, resolve);
  });
}
const bytesOf = (line: { id: number; certificateId?: string }) =>
  JSON.stringify({
    id: line.id,
    bytes: [Buffer.from(line.certificateId ?? "").toString("base64")],
  });
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

test("gives each of many its own answer, in whatever order they come", async () => {
  const late: [Socket, string][] = [];
  await serve((line, socket) => {
    late.push([socket, bytesOf(line)]);
    if (late.length === 50) for (const [to, reply] of late.reverse()) to.write(`${reply}\n`);
    return null;
  });
  client = connectSigner(path);
  const ids = Array.from({ length: 50 }, (_, index) => `crt_${index}`);
  expect((await Promise.all(ids.map((id) => client.signCertificate(id)))).map(text)).toEqual(ids);
});

test("asks again what a broken connection swallowed", async () => {
  let broken = false;
  await serve((line, socket) => {
    if (broken) return bytesOf(line);
    broken = true;
    socket.destroy();
    return null;
  });
  client = connectSigner(path);
  expect(text(await client.signCertificate("crt_1"))).toBe("crt_1");
});

test("waits for a signer that is not there yet", async () => {
  client = connectSigner(path, { signCertificate: 20_000 });
  const asked = client.signCertificate("crt_1");
  await serve(bytesOf);
  expect(text(await asked)).toBe("crt_1");
});

test("the signer client reports unavailable when no one listens, and when no one answers", async () => {
  client = connectSigner(path, { signCertificate: 100, ping: 100 });
  await expect(client.signCertificate("crt_1")).rejects.toMatchObject({
    code: "signer.unavailable",
    kind: "unavailable",
  });
  await serve(() => null);
  await expect(client.ping()).rejects.toMatchObject({ code: "signer.unavailable" });
});

test("takes an answer without bytes for none", async () => {
  await serve((line) => JSON.stringify({ id: line.id }));
  client = connectSigner(path);
  await expect(client.signCertificate("crt_1")).rejects.toMatchObject({
    code: "signer.unavailable",
  });
});

test("drops a signer that sends rubbish instead of taking it for an answer", async () => {
  await serve(() => "rubbish");
  client = connectSigner(path, { signCertificate: 200 });
  await expect(client.signCertificate("crt_1")).rejects.toMatchObject({
    code: "signer.unavailable",
  });
});

test("lets go of everybody when it is closed", async () => {
  client = connectSigner(path);
  const asked = client.signCertificate("crt_1");
  client.close();
  await expect(asked).rejects.toMatchObject({ code: "signer.unavailable" });
});
