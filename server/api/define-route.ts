import { z } from "@hono/zod-openapi";
import type { Actor } from "@/lib/auth/actor";
import type { Permission } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import type { EntryAction } from "@/lib/log/types";

export type Method = "get" | "post" | "patch" | "delete";
export type ReadAction = Extract<EntryAction, `${string}.read`>;
export type Target = Readonly<{ kind: string; id: string; label: string }>;
type Frozen<T> = T extends (infer U)[]
  ? readonly Frozen<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

/** Nothing: also what a route without such input gets checked against, so that an unknown parameter is refused by name. */
export const nothing = z.strictObject({});
type Nothing = typeof nothing;

type Shape<P, Q, B, R> = Readonly<{
  method: Method;
  /** As OpenAPI writes it, below /api/v1. */
  path: `/${string}`;
  tag: string;
  summary: string;
  description?: string;
  /** Null: open to everybody, and then not on the record. */
  permission: Permission | null;
  /** The entry of a read; also of a write that changed nothing and so left none of its own. */
  reads: ReadAction;
  params?: P;
  query?: Q;
  body?: B;
  /** True: a missing body is an empty one. */
  bodyOptional?: boolean;
  status?: 200 | 201;
  response: R;
  /** Of the answer, if it is not JSON. */
  mediaType?: string;
  /** Fields that are never kept with an Idempotency-Key: a replayed answer has null in their place. */
  secrets?: readonly string[];
}>;
/** What the few operations need that look beyond their input. */
export type RequestFacts = Readonly<{
  /** As it goes on the record. */
  path: string;
  header: (name: string) => string | null;
  /** Whether the credential and its permission hold still; an answer that goes on for long asks again. */
  stillAllowed: () => Promise<boolean>;
}>;
export type Input<P, Q, B> = Readonly<{ params: P; query: Q; body: B; request: RequestFacts }>;

/** One operation of the API: what it asks, whom it allows, what it answers. The OpenAPI document is made of these. */
export type Route = Shape<z.ZodType, z.ZodType, z.ZodType, z.ZodType> &
  Readonly<{
    handle: (deps: Deps, actor: Actor, input: Input<never, never, never>) => Promise<unknown>;
    target?: (result: never) => Target | null;
  }>;

/** Types a route's handler by its schemas; the answer has to fit the response schema. A `Response` is passed on as it is. */
export function defineRoute<
  R extends z.ZodType,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
>(
  route: Shape<P, Q, B, R> &
    Readonly<{
      handle: (
        deps: Deps,
        actor: Actor,
        input: Input<z.output<P>, z.output<Q>, z.output<B>>,
      ) => Promise<Frozen<z.input<R>> | Response>;
      target?: (result: Frozen<z.input<R>>) => Target | null;
    }>,
): Route {
  return route as unknown as Route;
}

export const idParams = z.strictObject({ id: z.string().min(1).max(128) });
