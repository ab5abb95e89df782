import type { Server, ServerResponse } from "node:http";

export type EventStreams = Readonly<{
  /** Watches the answers of a server for those that never end by themselves. */
  watch: (server: Server) => void;
  /** Ends all of them that are open. */
  cut: () => void;
}>;

/** Server-sent events go on until somebody ends them. A process that is to end cuts them: their clients come back and resume elsewhere. */
export function makeEventStreams(): EventStreams {
  const open = new Set<ServerResponse>();
  const isStream = (response: ServerResponse): boolean => String(response.getHeader("content-type") ?? "").startsWith("text/event-stream");
  return {
    watch: (server) => {
      server.on("request", (_request, response: ServerResponse) => {
        open.add(response);
        response.on("close", () => open.delete(response));
      });
    },
    cut: () => { for (const response of open) if (isStream(response)) response.destroy(); },
  };
}
