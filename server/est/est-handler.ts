import type { IncomingMessage, ServerResponse } from "node:http";
import type { AnyActor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import type { GatewayDeps } from "@/lib/runtime/gateway-deps";
import { recordFailure } from "@/server/http/record-failure";
import type { RequestContext } from "@/server/http/request-context";
import { type EstAnswer, refusalAnswer, sendAnswer } from "./answer";
import { findOperation, operationNames } from "./find-operation";
import { operations } from "./operations";

export type EstHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => void;

/**
 * The EST server (RFC 7030, RFC 8951). Each refusal is recorded before it is answered, as the
 * caller's where it proved a credential, and counted where it did not.
 */
export function makeEstHandler(deps: GatewayDeps): EstHandler {
  return (request, response, context) => {
    serve(deps, request, response, context).catch((error: unknown) => {
      // The refusal could not be recorded.
      if (response.headersSent) response.destroy();
      else
        sendAnswer(response, refusalAnswer(error, context.requestId), { isHead: false, allow: "" });
    });
  };
}

async function serve(
  deps: GatewayDeps,
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): Promise<void> {
  const method = request.method ?? "GET";
  const found = findOperation(request.url ?? "/");
  const allow = found === null ? "" : operations[found.name].methods.join(", ");
  const caller: { actor: AnyActor | null } = { actor: null };
  let answer: EstAnswer;
  try {
    if (found === null)
      throw new AppError(
        "est.not-found",
        `There is no such EST operation here. Use ${operationNames.join(", ")}, with the slug of a profile before it.`,
      );
    const { methods, run } = operations[found.name];
    if (!methods.includes(method))
      throw new AppError("request.method", `${found.name} takes ${methods[0]} alone.`);
    answer = await run({ deps, request, context, label: found.label, caller });
  } catch (error) {
    answer = refusalAnswer(error, context.requestId);
    await recordFailure(deps, caller.actor, error, { request, context, status: answer.status });
  }
  sendAnswer(response, answer, { isHead: method === "HEAD", allow });
}
