import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Api } from "@/server/api/app";
import type { DoorContext } from "@/server/listeners/context";
import { hostName } from "@/server/listeners/addresses";
import { sendProblem } from "@/server/listeners/problem";
import { isEntriesPath } from "@/server/log/log-path";

/** What the framework would answer by itself, without a word and past the record. */
const isMalformed = ({ headers, url = "/" }: IncomingMessage): boolean =>
  hostName(headers.host ?? "localhost") === null || url.split("?", 1)[0]!.includes("\\");

export type ApiDoor = (
  request: IncomingMessage,
  response: ServerResponse,
  context: DoorContext,
) => void;

/** Hands a request to the REST application. The context travels beside the request, out of any client's reach. */
export function makeApiDoor(api: Api): ApiDoor {
  const contexts = new WeakMap<object, DoorContext>();
  const listener = getRequestListener(
    (request, bindings) => {
      const context = contexts.get(bindings.incoming);
      if (context === undefined) throw new Error("a request reached the API past the door");
      return api.fetch(request, context);
    },
    { hostname: "localhost" },
  );
  return (request, response, context) => {
    contexts.set(request, context);
    const refuse = (): void =>
      sendProblem(response, {
        status: 400,
        code: "request.malformed",
        title: "This is not a request that can be read",
        detail: "The request line or the Host header is malformed.",
        requestId: context.requestId,
      });
    if (isMalformed(request)) {
      refuse();
      return;
    }
    listener(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse();
    });
  };
}

/** Whether the REST application answers for this path. */
export function isApiPath(url: string): boolean {
  return (
    url.startsWith("/api/v1/") ||
    url === "/api/v1" ||
    /^\/docs\/api(?:[/?]|$)/.test(url) ||
    isEntriesPath(url)
  );
}
