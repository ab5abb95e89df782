import type { MaybeRecorded } from "@/lib/log/record/recorded";
import { z } from "@hono/zod-openapi";
import type { Actor, AnyActor } from "@/lib/access/actor";
import type { Permission } from "@/lib/access/permissions";
import type { EntryAction } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";

export type Method = "get" | "post" | "patch" | "delete";
export type ReadAction = Extract<EntryAction, `${string}.read`>;
export type Target = Readonly<{ kind: string; id: string; label: string }>;
type Frozen<T> = T extends (infer U)[]
  ? readonly Frozen<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

/**
 * No input. Routes without parameters or a body use it, so that unknown ones are rejected by name.
 */
export const nothing = z.strictObject({});
type Nothing = typeof nothing;

/**
 * "allowed": the operation accepts a client certificate on the word of a proxy with the scope
 * `api`. Undefined: only what the caller proved.
 */
type Asserted = "allowed" | undefined;

type Shape<P, Q, B, R, A = Asserted> = Readonly<{
  method: Method;
  /** In OpenAPI syntax, relative to /api/v1. */
  path: `/${string}`;
  tag: string;
  summary: string;
  description?: string;
  /** Null: public, and not recorded. */
  permission: Permission | null;
  asserted?: A;
  /** "allowed": an enrollment secret over HTTP Basic authenticates the operation too. */
  enrollment?: "allowed";
  /** The action of the entry for a read, or for a write that recorded none itself. */
  reads: ReadAction;
  params?: P;
  query?: Q;
  body?: B;
  /** True if a missing body counts as an empty object. */
  bodyOptional?: boolean;
  status?: 200 | 201;
  response: R;
  /** Media type of the response, if it is not JSON. */
  mediaType?: string;
  /** Fields that are not stored with an Idempotency-Key; they are null in a replayed response. */
  secrets?: readonly string[];
}>;
/** Facts about the HTTP request, for the few operations that need them. */
export type RequestFacts = Readonly<{
  /** The path as it is recorded. */
  path: string;
  header: (name: string) => string | null;
  /** Whether the credential and its permission are still valid, for long-running answers. */
  stillAllowed: () => Promise<boolean>;
}>;
export type Input<P, Q, B> = Readonly<{ params: P; query: Q; body: B; request: RequestFacts }>;

type Handler<P, Q, B, T, A> = (
  deps: Deps,
  actor: A extends "allowed" ? AnyActor : Actor,
  input: Input<P, Q, B>,
) => Promise<T>;
/**
 * Answers a repeated request whose first run committed an act and was gone before it answered.
 * `targetId` is what that act made or changed, `entryId` its entry. Null: nothing is left of the
 * act, so the request is run again. "unreadable": it took effect, and its answer can't be made again.
 */
type Recover<T> = (
  deps: Deps,
  actor: Actor,
  earlier: Readonly<{ targetId: string; entryId: string }>,
) => Promise<MaybeRecorded<T> | "unreadable" | null>;
/** The result of a write as the handler returns it: the API adds `entryId`. */
type Result<R> = R extends unknown ? Omit<R, "entryId"> : never;

/** One operation of the API: its input, permission and response. */
export type Route = Shape<z.ZodType, z.ZodType, z.ZodType, z.ZodType> &
  Readonly<{
    handle: Handler<never, never, never, MaybeRecorded<unknown> | Response, undefined>;
    recover?: Recover<unknown>;
    target?: (result: never) => Target | null;
  }>;

/**
 * Types a route's handler by its schemas: the result must match the response schema. A `Response`
 * is returned unchanged. For operations that only read: the edge records the request.
 */
export function defineRoute<
  R extends z.ZodType,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
  A extends Asserted = undefined,
>(
  route: Shape<P, Q, B, R, A> &
    Readonly<{
      handle: Handler<z.output<P>, z.output<Q>, z.output<B>, Frozen<z.input<R>> | Response, A>;
      target?: (result: Frozen<z.input<R>>) => Target | null;
    }>,
): Route {
  const handle: typeof route.handle = route.handle;
  return {
    ...route,
    handle: async (...call: Parameters<typeof handle>) => {
      const result = await handle(...call);
      return result instanceof Response ? result : { result, entryId: null };
    },
  } as unknown as Route;
}

/**
 * `defineRoute` for writes: the use case has recorded the change, and the response names its entry
 * as `entryId`. If the use case had nothing to record, the edge records the request as a read.
 */
export function defineRecordedRoute<
  R extends z.ZodType,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
  A extends Asserted = undefined,
>(
  route: Shape<P, Q, B, R, A> &
    Readonly<{
      handle: Handler<
        z.output<P>,
        z.output<Q>,
        z.output<B>,
        MaybeRecorded<Result<Frozen<z.input<R>>>>,
        A
      >;
      recover?: Recover<Result<Frozen<z.input<R>>>>;
      target?: (result: Result<Frozen<z.input<R>>>) => Target | null;
    }>,
): Route {
  return route as unknown as Route;
}

export const idParams = z.strictObject({ id: z.string().min(1).max(128) });
