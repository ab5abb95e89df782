import type { IncomingMessage, ServerResponse } from "node:http";
import type { Actor } from "@/lib/access/actor";
import { makeNonce } from "@/lib/acme/secrets";
import { AppError } from "@/lib/errors/app-error";
import { reportBug } from "@/lib/http/report-bug";
import type { Deps } from "@/lib/runtime/deps";
import { actorRequestOf } from "@/server/http/actor-request";
import { recordFailure, scopeRequest } from "@/server/http/record-failure";
import type { RequestContext } from "@/server/http/request-context";
import { problemAnswer, sendAnswer, type AcmeAnswer } from "./answer";
import { findResource } from "./find-resource";
import type { AcmeCall } from "./resource-types";
import { makeUrls, type AcmeUrls, type Host } from "./urls";

export type AcmeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => void;

/**
 * The ACME server (RFC 8555). Every answer has a nonce and a link to the directory; each refusal is
 * recorded before it is answered, as the account's where it proved its key, and counted where it
 * did not.
 */
export function makeAcmeHandler(deps: Deps, host: Host): AcmeHandler {
  return (request, response, context) => {
    serve(deps, host, { request, response, context }).catch((error: unknown) => {
      // The answer itself failed.
      reportBug(error, context.requestId);
      response.destroy();
    });
  };
}

type Exchange = Readonly<{
  request: IncomingMessage;
  response: ServerResponse;
  context: RequestContext;
}>;

async function serve(
  given: Deps,
  host: Host,
  { request, response, context }: Exchange,
): Promise<void> {
  const { scope, deps } = scopeRequest(given);
  const found = findResource(request.url ?? "/");
  let urls: AcmeUrls | null = null;
  // Set by a resource once the account proved its key, so that its refusals are its own.
  const caller: { actor: Actor | null } = { actor: null };
  let answer: AcmeAnswer;
  try {
    urls = makeUrls(request, context.listener, found?.profile ?? null, host);
    if (found === null) throw new AppError("acme.not-found", "There is no such ACME resource.");
    const call: AcmeCall = {
      deps,
      request,
      urls,
      caller,
      reportBug: (error) => reportBug(error, context.requestId),
      params: found.params,
      profile: found.profile,
      query: found.query,
      url: `${urls.origin}${request.url ?? "/"}`,
      actorRequest: actorRequestOf(request, context),
    };
    answer = await callResource(found.methods, call, request.method ?? "GET");
  } catch (thrown) {
    const statusOf = (one: unknown) => problemAnswer(one, context.requestId).status;
    const failed = { request, context, scope, statusOf };
    const error = await recordFailure(given, caller.actor, thrown, failed);
    answer = problemAnswer(error, context.requestId);
  }
  const needsNonce = deps.delivery !== undefined && request.method !== "GET";
  sendAnswer(response, answer, {
    nonce: needsNonce || found?.name === "new-nonce" ? makeNonce(deps) : null,
    directory: urls?.directory ?? "",
    isHead: request.method === "HEAD",
  });
}

type Methods = NonNullable<ReturnType<typeof findResource>>["methods"];

function callResource(methods: Methods, call: AcmeCall, method: string): Promise<AcmeAnswer> {
  const handle = methods[method as keyof Methods];
  if (handle === undefined)
    throw new AppError(
      "request.method",
      `This resource takes ${Object.keys(methods).join(" or ")} (RFC 8555 section 6.3).`,
    );
  return handle(call);
}
