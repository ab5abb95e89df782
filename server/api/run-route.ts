import type { Context } from "hono";
import type { z } from "zod";
import type { Actor, AnyActor } from "@/lib/access/actor";
import { assertProven, authorize, scopeOfActor } from "@/lib/access/permissions";
import { isAppError } from "@/lib/errors/app-error";
import {
  abandonIdempotent,
  beginIdempotent,
  finishIdempotent,
  idempotencyKeyOf,
  requestHashOf,
} from "@/lib/http/idempotency";
import { parseInput } from "@/lib/http/invalid-input";
import { recordEntry } from "@/lib/log/record/record-entry";
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
  const actor = route.permission === null ? unauthenticatedActor(c) : await authenticate(deps, c);
  c.set("actor", actor);
  if (route.permission !== null) {
    authorize(actor, route.permission);
    if (route.asserted !== "allowed") assertProven(actor);
  }
  const call: Call = { deps, c, route, actor, input: await readInput(deps, c, route) };
  const key =
    route.method === "post" && actor.id !== null
      ? idempotencyKeyOf(c.req.header("idempotency-key"))
      : null;
  return key === null ? answer(call, await runHandler(call)) : runIdempotent(call, key);
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
      permission === null || scopeOfActor(await authenticate(deps, c, true), permission) !== "none"
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

async function runIdempotent(call: Call, key: string): Promise<Response> {
  const { deps, actor, route, c, input } = call;
  const request = {
    actorId: actor.id ?? "",
    key,
    requestHash: requestHashOf(route.method, c.req.path, input, route.secrets),
  };
  const earlier = await beginIdempotent(deps, request);
  if (earlier !== null) {
    await recordRead(call, null, "replayed for an Idempotency-Key");
    c.header("Idempotency-Replayed", "true");
    return c.json(earlier.body as object, earlier.status as 200);
  }
  let outcome: Outcome;
  try {
    outcome = await runHandler(call);
  } catch (error) {
    await abandonIdempotent(deps, request);
    throw error;
  }
  await finishIdempotent(deps, request, {
    status: route.status ?? 200,
    body: withoutSecrets(bodyOf(outcome), route.secrets ?? []),
  });
  return answer(call, outcome);
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
