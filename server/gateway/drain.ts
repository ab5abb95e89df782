import type { Server, ServerResponse } from "node:http";
import { makeEventStreams } from "@/server/http/event-streams";

export type Drain = Readonly<{
  /** True once the gateway is closing: answers then tell the client to close the connection. */
  draining: () => boolean;
  track: (server: Server) => void;
  /**
   * Stops accepting connections, gives running requests `graceMs` to finish, then closes the rest.
   * Event streams are closed at once.
   */
  close: (graceMs: number) => Promise<void>;
}>;

/** Closes listeners without interrupting answers. */
export function makeDrain(): Drain {
  const servers: Server[] = [],
    streams = makeEventStreams();
  let closing = false;
  const track = (server: Server): void => {
    servers.push(server);
    streams.watch(server);
    server.on("request", (_request, response: ServerResponse) => {
      if (closing) response.shouldKeepAlive = false;
    });
  };
  const closeOne = (server: Server, graceMs: number): Promise<void> =>
    new Promise((resolve) => {
      if (!server.listening) return resolve();
      const sweep = setInterval(() => {
        // Including streams that were opened while closing.
        streams.closeAll();
        server.closeIdleConnections();
      }, 100);
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      server.close(() => {
        clearInterval(sweep);
        clearTimeout(cut);
        resolve();
      });
      streams.closeAll();
      server.closeIdleConnections();
    });
  const close = async (graceMs: number): Promise<void> => {
    closing = true;
    await Promise.all(servers.map((server) => closeOne(server, graceMs)));
  };
  return { draining: () => closing, track, close };
}
