import type { IncomingMessage } from "node:http";
import type { AnyActor } from "@/lib/access/actor";
import type { GatewayDeps } from "@/lib/runtime/gateway-deps";
import type { RequestDetail } from "@/lib/log/detail-types";
import { recordedTarget } from "@/server/http/recorded-path";
import type { RequestContext } from "@/server/http/request-context";
import type { AuthorityState } from "@/server/status/authority-state";
import type { CrlStore } from "@/server/status/crl-store";
import type { Readiness } from "@/server/status/readiness";

/** What the compatible APIs answer from memory. */
export type CompatSources = Readonly<{
  authorities: AuthorityState;
  crls: CrlStore;
  readiness: () => Promise<Readiness>;
}>;

/** One request to a compatible API. */
export type Requested = Readonly<{
  deps: GatewayDeps;
  sources: CompatSources;
  request: IncomingMessage;
  context: RequestContext;
  /** Set once the request proved a credential, so that its refusals are recorded as its own. */
  caller: {
    actor: AnyActor | null;
    /** It showed a credential of ours that counts no longer: each refusal is an entry. */
    isKnown: boolean;
  };
}>;

/** What an entry says of a request that was answered. */
export const askedOf = (
  { request }: Pick<Requested, "request">,
  status: number,
): RequestDetail => ({
  method: request.method ?? "GET",
  path: recordedTarget(request.url ?? "/"),
  status,
});
