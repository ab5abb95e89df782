import { createServer, request as openRequest } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { RequestContext } from "@/server/http/request-context";
import { makeRequestHandler } from "@/server/gateway/request-handler";
import type { HandlerDeps } from "@/server/gateway/request-handler";
import { harden, serverLimits } from "@/server/gateway/harden";
import { listen } from "@/lib/runtime/listen";
import { makeMetrics } from "@/server/status/metrics";

export type ReceivedRequest = Readonly<{
  area: "acme" | "est" | "compat" | "api" | "console" | "authorize";
  context: RequestContext;
  headers: IncomingHttpHeaders;
  rawHeaders: readonly string[];
  url: string;
}>;
export type HandlerFixture = Readonly<{
  port: number;
  server: Server;
  seen: ReceivedRequest[];
  close: () => Promise<void>;
}>;

/**
 * A plain HTTP listener with the gateway's handler; API and console only note what reached them.
 * `from` pretends another client address.
 */
export async function openHandlerFixture(
  from: string | null = null,
  parts: Partial<HandlerDeps> = {},
): Promise<HandlerFixture> {
  const seen: ReceivedRequest[] = [];
  const note =
    (area: ReceivedRequest["area"]) =>
    (request: IncomingMessage, response: ServerResponse, context: RequestContext) => {
      seen.push({
        area,
        context,
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        url: request.url ?? "",
      });
      response.end(area);
    };
  const status: HandlerDeps["status"] = (request, response) => {
    const own = request.url === "/healthz" || request.url === "/ocsp";
    if (own) response.end("status");
    return own;
  };
  const handler = makeRequestHandler(
    {
      status,
      api: note("api"),
      console: note("console"),
      acme: note("acme"),
      est: note("est"),
      compat: note("compat"),
      authorize: note("authorize"),
      verify: () => Promise.reject(new Error("no certificates here")),
      refuse: () => Promise.reject(new Error("no certificates here")),
      refuseForeignOrigin: (_request, response, _context, origin) =>
        void response.writeHead(403).end(origin),
      refuseMalformed: (_request, response, _context, what) =>
        void response.writeHead(400).end(what),
      metrics: makeMetrics(),
      authTimeoutMs: 2_500,
      serverNames: ["pki.example.com"],
      httpsPort: () => 3443,
      publicUrl: "https://pki.example.com",
      ...parts,
    },
    "http",
  );
  const server = createServer(serverLimits, handler);
  if (from !== null)
    server.on("connection", (socket: Socket) =>
      Object.defineProperty(socket, "remoteAddress", { value: from }),
    );
  harden(server);
  const port = await listen(server, { host: "127.0.0.1", port: 0, variable: "none" });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port, server, seen, close };
}

export type Reply = Readonly<{ status: number; headers: IncomingHttpHeaders; body: string }>;

/** One request with exactly these headers, to a port or a Unix socket. */
export function send(
  where: { port: number } | { socketPath: string },
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
  body = "",
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = openRequest(
      {
        ...where,
        host: "127.0.0.1",
        path,
        method,
        headers: { host: "localhost", ...headers },
        agent: false,
      },
      (response) => {
        let text = "";
        response
          .setEncoding("utf8")
          .on("data", (piece: string) => {
            text += piece;
          })
          .on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      },
    );
    request.on("error", reject).end(body);
  });
}
