import type { Server, ServerResponse } from "node:http";

export type EventStreams = Readonly<{
  /** Watches a server for answers that never end by themselves. */
  watch: (server: Server) => void;
  /** Ends all of them that are open. */
  cut: () => void;
}>;

/** Streams of events are called so, at every door. Known by the address alone, so that no other answer pays for the watching. */
const isStream = /^[^?]*\/stream(?:\?|$)/;

/** Server-sent events go on until somebody ends them. A process that is to end cuts them: their clients come back and resume. */
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
    cut: () => {
      for (const response of open) response.destroy();
    },
  };
}
