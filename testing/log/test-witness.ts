import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFileStore, type WitnessStore } from "@/lib/witness/file-store";
import { serveWitness } from "@/lib/witness/serve-witness";
import { openWitnessKey, type WitnessKey } from "@/lib/witness/witness-key";
import type { NoteKey } from "@/lib/log/pure/note";

export type TestWitness = Readonly<{
  key: WitnessKey;
  store: WitnessStore;
  url: () => string;
  /** The line of a policy. */
  line: (name: string) => string;
  /** Watches a log from now on. */
  watch: (log: NoteKey) => void;
  /** As if its machine were off, and on again at the same address. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
  close: () => Promise<void>;
}>;

const random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) };

/** Our own witness, with its own folder, on a port of this machine. */
export async function openTestWitness(logs: readonly NoteKey[] = []): Promise<TestWitness> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-witness-"));
  const key = await openWitnessKey(folder, { name: null, host: "w.example.com", random });
  const watched = new Map<string, NoteKey[]>(logs.map((log) => [log.name, [log]]));
  const store = makeFileStore(join(folder, "logs"), random);
  let server: Server | null = null;
  let port = 0;
  const stop = async (): Promise<void> => {
    server?.closeAllConnections();
    if (server?.listening)
      await new Promise<void>((done) => {
        server!.close(() => done());
      });
    server = null;
  };
  const start = async (): Promise<void> => {
    server = serveWitness({
      key,
      logs: watched,
      store,
      clock: { now: () => new Date() },
      lateAfterSeconds: 900,
      onError: () => {},
    }).listen(port, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  };
  await start();
  const url = (): string => `http://127.0.0.1:${port}`;
  return {
    key,
    store,
    url,
    stop,
    start,
    line: (name) => `witness ${name} ${key.vkey} ${url()}`,
    watch: (log) => {
      watched.set(log.name, [log]);
    },
    close: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Something at an address that answers as a test says. */
export async function openFakeWitness(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<Readonly<{ url: string; close: () => Promise<void> }>> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request
      .on("data", (piece: Buffer) => pieces.push(piece))
      .on("end", () => {
        answer(request, response, Buffer.concat(pieces).toString("utf8"));
      });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
