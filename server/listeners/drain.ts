import type { Server, ServerResponse } from "node:http";
import { makeEventStreams } from "@/server/listeners/event-streams";

export type Drain = Readonly<{
  /** True once the door is closing: answers then tell the client not to come back on this connection. */
  draining: () => boolean;
  track: (server: Server) => void;
  /** Stops accepting, lets running requests end within `graceMs`, then cuts what is left; streams of events it cuts at once. */
  close: (graceMs: number) => Promise<void>;
}>;

/** Ends listeners without cutting an answer short. */
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
        // Also those that began while the door was closing.
        streams.cut();
        server.closeIdleConnections();
      }, 100);
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      server.close(() => {
        clearInterval(sweep);
        clearTimeout(cut);
        resolve();
      });
      streams.cut();
      server.closeIdleConnections();
    });
  const close = async (graceMs: number): Promise<void> => {
    closing = true;
    await Promise.all(servers.map((server) => closeOne(server, graceMs)));
  };
  return { draining: () => closing, track, close };
}
