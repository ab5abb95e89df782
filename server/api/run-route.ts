import type { Context } from "hono";
import type { z } from "zod";
import type { Actor, AnyActor } from "@/lib/access/actor";
import { assertProven, authorize, scopeOfActor } from "@/lib/access/permissions";
import { AppError, isAppError } from "@/lib/errors/app-error";
import {
  abandonIdempotent,
  beginIdempotent,
  type EarlierAct,
  finishIdempotent,
  forgetEarlierAct,
  idempotencyKeyOf,
  requestHashOf,
} from "@/lib/http/idempotency";
import { parseInput } from "@/lib/http/invalid-input";
import { isLostOutcome } from "@/lib/log/record/settle-error";
import { recordEntry } from "@/lib/log/record/record-entry";
import { makeRecorder } from "@/lib/log/record/recorder";
import { beginScope, type KeyClaim, type RequestScope } from "@/lib/log/request-scope";
import type { NewEntry } from "@/lib/log/types";
import { withDeadline, type GatewayDeps } from "@/lib/runtime/gateway-deps";
import { recordedPath } from "@/server/http/recorded-path";
import { authenticate, unauthenticatedActor } from "./authenticate";
import { readBody } from "./body";
import type { ApiEnv } from "./context";
import { type Input, nothing, type RequestFacts, type Route } from "./define-route";

type Outcome = Awaited<ReturnType<Route["handle"]>>;
type Call = Readonly<{
  deps: GatewayDeps;
  c: Context<ApiEnv>;
  route: Route;
  actor: AnyActor;
  input: Input<unknown, unknown, unknown>;
}>;

/**
 * Runs an operation: authenticate, authorize, validate, handle, record, answer. Errors are answered
 * by the app's error handler.
 */
export async function runRoute(
  deps: GatewayDeps,
  c: Context<ApiEnv>,
  route: Route,
): Promise<Response> {
  const actor =
    route.permission === null
      ? unauthenticatedActor(c)
      : await authenticate(deps, c, { enrollment: route.enrollment });
  c.set("actor", actor);
  if (route.permission !== null) {
    authorize(actor, route.permission);
    if (route.asserted !== "allowed") assertProven(actor);
  }
  const input = await readInput(deps, c, route);
  const call = scopeCall({ deps, c, route, actor, input }, beginScope());
  const key =
    route.method === "post" && actor.id !== null
      ? idempotencyKeyOf(c.req.header("idempotency-key"))
      : null;
  return key === null ? answer(call, await runHandler(call)) : runIdempotent(call, key);
}

/** Lets the call's entries be counted to its request, and noted under its Idempotency-Key. */
function scopeCall(call: Call, scope: RequestScope): Call {
  call.c.set("scope", scope);
  return {
    ...call,
    deps: { ...call.deps, recorder: makeRecorder({ ...call.deps.recorder, scope }) },
  };
}

async function readInput(
  deps: GatewayDeps,
  c: Context<ApiEnv>,
  route: Route,
): Promise<Call["input"]> {
  const params = check(route.params, c.req.param(), "path");
  const query = check(route.query, queryOf(c), "query");
  const request: RequestFacts = {
    path: recordedPath(c.req.url),
    header: (name) => c.req.header(name) ?? null,
    stillAllowed: () => isStillAllowed(deps, c, route),
  };
  if (route.method !== "post" && route.method !== "patch")
    return { params, query, body: {}, request };
  const needed = route.body !== undefined && route.bodyOptional !== true;
  return {
    params,
    query,
    body: check(route.body, (await readBody(c, needed)) ?? {}, "body"),
    request,
  };
}

async function isStillAllowed(
  deps: GatewayDeps,
  c: Context<ApiEnv>,
  { permission }: Route,
): Promise<boolean> {
  try {
    return (
      permission === null ||
      scopeOfActor(await authenticate(deps, c, { again: true }), permission) !== "none"
    );
  } catch (error) {
    if (isAppError(error) && error.kind !== "unavailable") return false;
    throw error;
  }
}

const check = (schema: z.ZodType | undefined, value: unknown, place: string): unknown =>
  parseInput(schema ?? nothing, value, place);

/** A repeated parameter becomes a list, which no schema accepts: it is rejected, not ignored. */
function queryOf(c: Context<ApiEnv>): Record<string, string | string[]> {
  const all = c.req.queries();
  return Object.fromEntries(
    Object.entries(all).map(([name, values]) => [
      name,
      values.length === 1 ? (values[0] ?? "") : values,
    ]),
  );
}

const runHandler = ({ deps, actor, route, input }: Call): Promise<Outcome> =>
  // A route that accepts no asserted actor got none: runRoute has refused it.
  route.handle(deps, actor as Actor, input as Input<never, never, never>);

async function runIdempotent(plainCall: Call, key: string): Promise<Response> {
  const { deps, actor, route, c, input } = plainCall;
  const begun = await beginIdempotent(deps, {
    actorId: actor.id ?? "",
    key,
    requestHash: requestHashOf(route.method, c.req.path, input, route.secrets),
    answerOf: (outcome) => ({
      status: route.status ?? 200,
      body: withoutSecrets(bodyOf(outcome), route.secrets ?? []),
    }),
  });
  if (begun.claim === null) return replay(plainCall, begun.answer.body, begun.answer.status);
  const { claim } = begun;
  const scope = beginScope(claim);
  const call = scopeCall(plainCall, scope);
  // While an earlier run's act is noted under the key, no error of this run frees the key.
  let isNoted = begun.act !== null;
  try {
    const recovered = begun.act && (await recover(call, claim, begun.act));
    isNoted = recovered !== null;
    const outcome = recovered ?? (await runHandler(call));
    if (!scope.answered.stored && !(outcome instanceof Response))
      await finishIdempotent(deps, claim, claim.answerOf(outcome));
    if (recovered === null) return await answer(call, outcome);
    return await replay(call, claim.answerOf(recovered).body, route.status ?? 200);
  } catch (error) {
    await abandonIdempotent(deps, claim, !isNoted && !isLostOutcome(error, scope));
    throw error;
  }
}

async function replay(call: Call, body: unknown, status: number): Promise<Response> {
  await recordRead(call, null, "replayed for an Idempotency-Key");
  call.c.header("Idempotency-Replayed", "true");
  return call.c.json(body as object, status as 200);
}

/**
 * The outcome of an earlier run that committed its act and was gone before it answered. Null if
 * the act was undone or could not be finished: then nothing was done, and this run may act.
 */
async function recover(
  { deps, actor, route }: Call,
  claim: KeyClaim,
  { entryId, targetId }: EarlierAct,
): Promise<Exclude<Outcome, Response> | null> {
  const outcome =
    route.recover === undefined || targetId === null
      ? "unreadable"
      : await route.recover(deps, actor as Actor, { targetId, entryId });
  if (outcome === null) await forgetEarlierAct(deps, claim);
  if (outcome !== "unreadable") return outcome;
  throw new AppError(
    "idempotency.interrupted",
    `The first request with this key took effect, as entry ${entryId} says. Its answer was lost when a connection or a process was. Look up what it changed.`,
    { details: { entryId, targetId } },
  );
}

async function answer(call: Call, outcome: Outcome): Promise<Response> {
  if (outcome instanceof Response) return outcome;
  const { c, route } = call;
  const { result, entryId } = outcome;
  if (route.permission !== null && entryId === null) await recordRead(call, result);
  if (route.status === 201) c.header("Location", `${c.req.path}/${(result as { id: string }).id}`);
  c.header("Cache-Control", "no-store");
  return c.json(bodyOf(outcome), route.status ?? 200);
}

/** The answer's JSON: the result, and the entry that recorded it if there is one. */
function bodyOf(outcome: Outcome): object {
  if (outcome instanceof Response) return {};
  const { result, entryId } = outcome;
  return entryId === null ? (result as object) : { ...(result as object), entryId };
}

async function recordRead(
  { deps, actor, route, c }: Call,
  result: unknown,
  reason?: string,
): Promise<void> {
  const target = result === null ? null : (route.target?.(result as never) ?? null);
  const details = {
    method: c.req.method,
    path: recordedPath(c.req.url),
    status: route.status ?? 200,
  };
  await recordEntry(withDeadline(deps).recorder, actor, {
    action: route.reads,
    outcome: "success",
    ...(reason === undefined ? {} : { reason }),
    target,
    details,
  } as NewEntry);
}

const withoutSecrets = (result: unknown, secrets: readonly string[]): unknown => ({
  ...(result as object),
  ...Object.fromEntries(
    secrets.filter((name) => name in (result as object)).map((name) => [name, null]),
  ),
});
