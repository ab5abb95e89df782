import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Api } from "@/server/api/app";
import { hostName } from "@/server/http/host-name";
import type { RequestContext } from "@/server/http/request-context";
import { sendProblem } from "@/server/http/send-problem";

/** Requests that the framework would refuse without an explanation or an entry. */
const isMalformed = ({ headers, url = "/" }: IncomingMessage): boolean =>
  hostName(headers.host ?? "localhost") === null || url.split("?", 1)[0]!.includes("\\");

export type ApiHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => void;

/**
 * Passes a request to the REST application. Its context is kept outside the request, where no
 * client can write.
 */
export function makeApiHandler(api: Api): ApiHandler {
  const contexts = new WeakMap<object, RequestContext>();
  const listener = getRequestListener(
    (request, bindings) => {
      const context = contexts.get(bindings.incoming);
      if (context === undefined) throw new Error("a request reached the API without a context");
      return api.fetch(request, context);
    },
    { hostname: "localhost" },
  );
  return (request, response, context) => {
    contexts.set(request, context);
    const refuse = (): void =>
      sendProblem(response, {
        code: "request.malformed",
        title: "Malformed request",
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
