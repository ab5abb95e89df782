import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { toBase64 } from "@/lib/log/pure/bytes";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { parseCosignature } from "@/lib/log/pure/cosignature";
import { parseNote } from "@/lib/log/pure/note";
import { addCheckpoint, type WitnessDeps } from "./add-checkpoint";
import { originHash } from "./file-store";

export type WitnessServerOptions = WitnessDeps &
  Readonly<{
    /** After how many seconds without a new checkpoint a log is reported as late. */
    lateAfterSeconds: number;
    onError: (error: unknown) => void;
  }>;

/** The maximum size of a request: a note with many signatures and 63 hashes. */
const maxRequestBytes = 65_536;
const limits = {
  maxHeaderSize: 8_192,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 2_000,
} as const;
const textType = "text/plain; charset=utf-8";

/**
 * The HTTP server of a witness: POST /add-checkpoint, GET /{sha256 of the origin}/checkpoint (the
 * last cosigned checkpoint), and GET / with the state of each log for people and monitors. The
 * caller opens the port.
 */
export function serveWitness(parts: WitnessServerOptions): Server {
  const server = createServer(limits, (request, response) => {
    handleRequest(parts, request, response).catch((error: unknown) => {
      parts.onError(error);
      send(
        response,
        500,
        textType,
        "The witness cannot read or write its store, so it does not cosign.\n",
      );
    });
  });
  server.maxConnections = 500;
  return server;
}

async function handleRequest(
  parts: WitnessServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0]!;
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (path === "/add-checkpoint") {
    if (request.method !== "POST")
      return send(response, 405, textType, "Use POST to submit a checkpoint.\n", { allow: "POST" });
    const body = await readBody(request);
    if (body === null)
      return send(
        response,
        413,
        textType,
        `The maximum size of a request is ${maxRequestBytes} bytes.\n`,
        {
          connection: "close",
        },
      );
    const { status, type, body: text } = await addCheckpoint(parts, body);
    return send(response, status, type, text);
  }
  if (!isRead)
    return send(response, 405, textType, "Only GET and HEAD are supported.\n", {
      allow: "GET, HEAD",
    });
  if (path === "/")
    return send(
      response,
      200,
      "application/json",
      `${JSON.stringify(describeState(parts), null, 2)}\n`,
    );
  const hash = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path)?.[1];
  const origin =
    hash === undefined ? undefined : [...parts.logs.keys()].find((one) => originHash(one) === hash);
  const note = origin === undefined ? null : parts.store.read(origin);
  return note === null
    ? send(response, 404, textType, "Not found.\n")
    : send(response, 200, textType, note);
}

/** Null if the body is too large. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxRequestBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function describeState({ key, logs, store, clock, lateAfterSeconds }: WitnessServerOptions) {
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
      const { size, root } = parseCheckpoint(note);
      const own = parseNote(note).signatures.at(-1)!;
      const { timestamp } = parseCosignature(own.signature);
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
