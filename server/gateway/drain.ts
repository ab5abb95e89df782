import type { Server, ServerResponse } from "node:http";
import { makeEventStreams } from "@/server/http/event-streams";

type Connections = Readonly<{ closeIdle: () => void; closeAll: () => void }>;
export type Drain = Readonly<{
  /** True once the gateway is closing: answers then tell the client to close the connection. */
  draining: () => boolean;
  /** `more` are connections that the server itself does not know. */
  track: (server: Server, more?: Connections) => void;
  /**
   * Stops accepting connections, gives running requests `graceMs` to finish, then closes the rest.
   * Event streams are closed at once.
   */
  close: (graceMs: number) => Promise<void>;
}>;

/** Closes listeners without interrupting answers. */
export function makeDrain(): Drain {
  const servers: { server: Server; more: Connections | undefined }[] = [],
    streams = makeEventStreams();
  let closing = false;
  const track: Drain["track"] = (server, more) => {
    servers.push({ server, more });
    streams.watch(server);
    server.on("request", (_request, response: ServerResponse) => {
      if (closing) response.shouldKeepAlive = false;
    });
  };
  const closeOne = ({ server, more }: (typeof servers)[number], graceMs: number): Promise<void> =>
    new Promise((resolve) => {
      if (!server.listening) return resolve();
      const closeIdle = (): void => {
        streams.closeAll();
        server.closeIdleConnections();
        more?.closeIdle();
      };
      // Including streams that were opened while closing.
      const sweep = setInterval(closeIdle, 100);
      const cut = setTimeout(() => {
        server.closeAllConnections();
        more?.closeAll();
      }, graceMs);
      server.close(() => {
        clearInterval(sweep);
        clearTimeout(cut);
        resolve();
      });
      closeIdle();
    });
  const close = async (graceMs: number): Promise<void> => {
    closing = true;
    await Promise.all(servers.map((tracked) => closeOne(tracked, graceMs)));
  };
  return { draining: () => closing, track, close };
}
