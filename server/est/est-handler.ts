import type { IncomingMessage, ServerResponse } from "node:http";
import type { AnyActor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { reportBug } from "@/lib/http/report-bug";
import { type GatewayDeps, withDeadline } from "@/lib/runtime/gateway-deps";
import { recordFailure, scopeRequest } from "@/server/http/record-failure";
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
      // The answer itself failed.
      reportBug(error, context.requestId);
      response.destroy();
    });
  };
}

async function serve(
  given: GatewayDeps,
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): Promise<void> {
  const { scope, deps } = scopeRequest(given);
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
  } catch (thrown) {
    const statusOf = (one: unknown) => refusalAnswer(one, context.requestId).status;
    const failed = { request, context, scope, statusOf };
    const error = await recordFailure(withDeadline(given), caller.actor, thrown, failed);
    answer = refusalAnswer(error, context.requestId);
  }
  sendAnswer(response, answer, { isHead: method === "HEAD", allow });
}
