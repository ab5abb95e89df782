import type { Context } from "hono";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { authorize, scopeOf } from "@/lib/auth/permissions";
import { gateDeps } from "@/lib/custody/gate-deps";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import {
  abandonIdempotent,
  beginIdempotent,
  finishIdempotent,
  idempotencyKeyOf,
  requestHashOf,
} from "@/lib/http/idempotency";
import { parseInput } from "@/lib/http/invalid-input";
import { recordEntry } from "@/lib/log/record";
import type { NewEntry } from "@/lib/log/types";
import { authenticate, strangerOf } from "@/server/api/authenticate";
import { readBody } from "@/server/api/body";
import type { ApiEnv } from "@/server/api/context";
import { nothing, type Input, type RequestFacts, type Route } from "@/server/api/define-route";
import { recordedPath } from "@/server/api/recorded-path";

type Call = Readonly<{
  deps: Deps;
  c: Context<ApiEnv>;
  route: Route;
  actor: Actor;
  input: Input<unknown, unknown, unknown>;
}>;

/** Who, may they, is it well-formed, do it, record it, answer: the same for every operation. What it throws is answered by the app's error handler. */
export async function runRoute(deps: Deps, c: Context<ApiEnv>, route: Route): Promise<Response> {
  const actor = route.permission === null ? strangerOf(c) : await authenticate(deps, c);
  c.set("actor", actor);
  if (route.permission !== null) authorize(actor, route.permission);
  const call: Call = { deps, c, route, actor, input: await readInput(deps, c, route) };
  const key =
    route.method === "post" && actor.id !== null
      ? idempotencyKeyOf(c.req.header("idempotency-key"))
      : null;
  return key === null ? answer(call, await perform(call)) : performOnce(call, key);
}

async function readInput(deps: Deps, c: Context<ApiEnv>, route: Route): Promise<Call["input"]> {
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
  deps: Deps,
  c: Context<ApiEnv>,
  { permission }: Route,
): Promise<boolean> {
  try {
    return (
      permission === null ||
      scopeOf((await authenticate(deps, c, true)).role, permission) !== "none"
    );
  } catch (error) {
    if (isAppError(error) && error.kind !== "unavailable") return false;
    throw error;
  }
}

const check = (schema: z.ZodType | undefined, value: unknown, place: string): unknown =>
  parseInput(schema ?? nothing, value, place);

/** A parameter given twice becomes a list, which no filter takes: it is refused and not half ignored. */
function queryOf(c: Context<ApiEnv>): Record<string, string | string[]> {
  const all = c.req.queries();
  return Object.fromEntries(
    Object.entries(all).map(([name, values]) => [
      name,
      values.length === 1 ? (values[0] ?? "") : values,
    ]),
  );
}

const perform = ({ deps, actor, route, input }: Call): Promise<unknown> =>
  route.handle(deps, actor, input as Input<never, never, never>);

async function performOnce(call: Call, key: string): Promise<Response> {
  const { deps, actor, route, c, input } = call;
  const request = {
    actorId: actor.id ?? "",
    key,
    requestHash: requestHashOf(route.method, c.req.path, input, route.secrets),
  };
  const before = await beginIdempotent(deps, request);
  if (before !== null) {
    await recordRead(call, null, "answered from memory");
    c.header("Idempotency-Replayed", "true");
    return c.json(before.body as object, before.status as 200);
  }
  let result: unknown;
  try {
    result = await perform(call);
  } catch (error) {
    await abandonIdempotent(deps, request);
    throw error;
  }
  await finishIdempotent(deps, request, {
    status: route.status ?? 200,
    body: without(result, route.secrets ?? []),
  });
  return answer(call, result);
}

async function answer(call: Call, result: unknown): Promise<Response> {
  const { c, route } = call;
  if (result instanceof Response) return result;
  if (route.permission !== null && !leftEntry(result)) await recordRead(call, result);
  if (route.status === 201) c.header("Location", `${c.req.path}/${(result as { id: string }).id}`);
  c.header("Cache-Control", "no-store");
  return c.json(result as object, route.status ?? 200);
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
  await recordEntry(gateDeps(deps), actor, {
    action: route.reads,
    outcome: "success",
    ...(reason === undefined ? {} : { reason }),
    target,
    details,
  } as NewEntry);
}

/** A write names the entry that it left; then that one is its record. */
const leftEntry = (result: unknown): boolean =>
  typeof (result as { entryId?: unknown } | null)?.entryId === "string";
const without = (result: unknown, secrets: readonly string[]): unknown => ({
  ...(result as object),
  ...Object.fromEntries(
    secrets.filter((name) => name in (result as object)).map((name) => [name, null]),
  ),
});
