import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "@/lib/errors/app-error";
import { reportBug } from "@/lib/http/report-bug";
import { type GatewayDeps, withDeadline } from "@/lib/runtime/gateway-deps";
import { recordFailure, scopeRequest } from "@/server/http/record-failure";
import type { RequestContext } from "@/server/http/request-context";
import { type CompatAnswer, refusalAnswer, sendAnswer, statusOf } from "./answer";
import type { CompatSources, Requested } from "./compat-call";
import { ejbcaMethods, runEjbca } from "./ejbca-calls";
import { type CompatCall, compatApiOf, findCall } from "./find-call";
import { runVault, vaultMethods } from "./vault-calls";

export type CompatHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => void;

/**
 * The few calls of Vault and EJBCA that their clients make, unmodified (docs/compatible-apis.md). Each
 * refusal is recorded before it is answered, as the caller's where it proved a credential, and
 * counted where it did not.
 */
export function makeCompatHandler(deps: GatewayDeps, sources: CompatSources): CompatHandler {
  return (request, response, context) => {
    serve(deps, sources, { request, context }, response).catch((error: unknown) => {
      // The answer itself failed.
      reportBug(error, context.requestId);
      response.destroy();
    });
  };
}

async function serve(
  given: GatewayDeps,
  sources: CompatSources,
  exchange: Pick<Requested, "request" | "context">,
  response: ServerResponse,
): Promise<void> {
  const { scope, deps } = scopeRequest(given);
  const caller: Requested["caller"] = { actor: null, isKnown: false };
  const { method = "GET", url = "/" } = exchange.request;
  const via = compatApiOf(url) ?? "vault";
  const call = findCall(url);
  const methods = call === null ? [] : methodsOf(call);
  let answer: CompatAnswer;
  try {
    if (call === null) throw notOffered();
    if (!methods.includes(method))
      throw new AppError("request.method", `This call takes ${methods.join(" or ")} alone.`);
    answer = await run({ ...exchange, deps, sources, caller }, call);
  } catch (thrown) {
    const failed = { ...exchange, scope, isKnownCaller: caller.isKnown, via };
    const error = await recordFailure(withDeadline(given), caller.actor, thrown, {
      ...failed,
      statusOf: (one) => statusOf(via, one),
    });
    answer = refusalAnswer(via, error, exchange.context.requestId);
  }
  sendAnswer(response, answer, { isHead: method === "HEAD", allow: methods.join(", ") });
}

const methodsOf = (call: CompatCall): readonly string[] =>
  call.api === "vault" ? vaultMethods[call.name] : ejbcaMethods[call.name];

const run = (requested: Requested, call: CompatCall): Promise<CompatAnswer> =>
  call.api === "vault" ? runVault(requested, call) : runEjbca(requested, call);

const notOffered = (): AppError =>
  new AppError(
    "compat.not-found",
    "This call isn't offered. Of Vault there are sys/health, auth/token/lookup-self, auth/approle/login, auth/cert/login, {mount}/sign/{profile}, {mount}/root/sign-intermediate and what anyone may read of a CA; of EJBCA certificate/pkcs10enroll, certificate/status and ca.",
  );
