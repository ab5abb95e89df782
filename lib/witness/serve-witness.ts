import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { toBase64 } from "@/lib/log/pure/bytes";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { parseCosignature } from "@/lib/log/pure/cosignature";
import { parseNote } from "@/lib/log/pure/note";
import { addCheckpoint, type WitnessParts } from "./add-checkpoint";
import { originHash } from "./file-store";

export type ServeWitness = WitnessParts &
  Readonly<{
    /** Seconds without a new checkpoint after which a log counts as late. */
    lateAfterSeconds: number;
    onError: (error: unknown) => void;
  }>;

/** The longest request: a note of ample signatures and 63 hashes. */
const MOST_BYTES = 65_536;
const limits = {
  maxHeaderSize: 8_192,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 2_000,
} as const;
const plain = "text/plain; charset=utf-8";

/**
 * The witness over HTTP: POST /add-checkpoint, GET /{sha256 of the origin}/checkpoint (what was cosigned last), and GET / with the state of
 * each log for people and monitors. The caller opens the port.
 */
export function serveWitness(parts: ServeWitness): Server {
  const server = createServer(limits, (request, response) => {
    answer(parts, request, response).catch((error: unknown) => {
      parts.onError(error);
      send(
        response,
        500,
        plain,
        "The witness cannot read or write what it remembers, so it signs nothing.\n",
      );
    });
  });
  server.maxConnections = 500;
  return server;
}

async function answer(
  parts: ServeWitness,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0]!,
    isRead = request.method === "GET" || request.method === "HEAD";
  if (path === "/add-checkpoint") {
    if (request.method !== "POST")
      return send(response, 405, plain, "POST a checkpoint here.\n", { allow: "POST" });
    const body = await readBody(request);
    if (body === null)
      return send(response, 413, plain, `At most ${MOST_BYTES} bytes are read.\n`, {
        connection: "close",
      });
    const { status, type, body: text } = await addCheckpoint(parts, body);
    return send(response, status, type, text);
  }
  if (!isRead)
    return send(response, 405, plain, "Only GET and HEAD are served here.\n", {
      allow: "GET, HEAD",
    });
  if (path === "/")
    return send(response, 200, "application/json", `${JSON.stringify(describe(parts), null, 2)}\n`);
  const hash = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path)?.[1];
  const origin =
    hash === undefined ? undefined : [...parts.logs.keys()].find((one) => originHash(one) === hash);
  const note = origin === undefined ? null : parts.store.read(origin);
  return note === null
    ? send(response, 404, plain, "There is nothing here.\n")
    : send(response, 200, plain, note);
}

/** Null: it is longer than any request. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MOST_BYTES) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function describe({ key, logs, store, clock, lateAfterSeconds }: ServeWitness) {
  const now = clock.now().getTime() / 1000;
  return {
    witness: key.key.name,
    vkey: key.vkey,
    logs: [...logs.keys()].map((origin) => {
      const note = store.read(origin);
      if (note === null)
        return {
          origin,
          hash: originHash(origin),
          size: null,
          rootHash: null,
          cosignedAt: null,
          late: true,
        };
      const { size, root } = parseCheckpoint(note),
        own = parseNote(note).signatures.at(-1)!,
        { timestamp } = parseCosignature(own.signature);
      return {
        origin,
        hash: originHash(origin),
        size,
        rootHash: toBase64(root),
        cosignedAt: new Date(timestamp * 1000).toISOString(),
        late: now - timestamp > lateAfterSeconds,
      };
    }),
  };
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) return;
  const isHead = response.req.method === "HEAD";
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(isHead ? undefined : body);
}
