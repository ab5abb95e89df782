import type { Server, ServerResponse } from "node:http";

export type EventStreams = Readonly<{
  /** Tracks the event streams that a server answers. */
  watch: (server: Server) => void;
  /** Closes all open streams. */
  closeAll: () => void;
}>;

/** All event streams have this path. Recognized by URL, so that other answers cost nothing. */
const isStream = /^[^?]*\/stream(?:\?|$)/;

/**
 * Server-sent events never end by themselves. A process that shuts down closes them; their clients
 * reconnect and resume.
 */
export function makeEventStreams(): EventStreams {
  const open = new Set<ServerResponse>();
  return {
    watch: (server) => {
      server.on("request", ({ url = "" }, response: ServerResponse) => {
        if (!isStream.test(url)) return;
        open.add(response);
        response.on("close", () => open.delete(response));
      });
    },
    closeAll: () => {
      for (const response of open) response.destroy();
    },
  };
}
