import type { AnyActor } from "@/lib/access/actor";
import type { RequestScope } from "@/lib/log/request-scope";
import type { RequestContext } from "@/server/http/request-context";

/**
 * What a Hono context carries: the gateway's request context, and the actor once authenticated.
 * `knewToken`: the request came with a token that was issued here, but no longer counts. `scope`:
 * what the request has committed.
 */
export type ApiEnv = {
  Bindings: RequestContext;
  Variables: { actor: AnyActor; knewToken: boolean; scope: RequestScope };
};
