import type { Actor } from "@/lib/access/actor";
import { assertProven } from "@/lib/access/permissions";
import { actorOfPeer, credentialOf } from "@/lib/client-auth/certificate-actor";
import { outsideScope } from "@/lib/client-auth/evaluate-certificate";
import { missingScope } from "@/lib/client-auth/proxy-use";
import { authenticateLogin } from "@/lib/compat/authenticate-login";
import { AppError } from "@/lib/errors/app-error";
import { withDeadline } from "@/lib/runtime/gateway-deps";
import { authenticateToken } from "@/lib/tokens/authenticate-token";
import { actorRequestOf } from "@/server/http/actor-request";
import type { RequestContext } from "@/server/http/request-context";
import { badRequest } from "./read-fields";
import type { Requested } from "./compat-call";

/** The header that clients of Vault send their token in. */
export const vaultTokenHeader = "x-vault-token";

/**
 * The caller by its token (`X-Vault-Token` or `Authorization: Bearer`), or else by the client
 * certificate of its connection; never by one that a proxy passed on. Errors: `unauthenticated`,
 * `compat.bad-request`, `certificate.asserted`.
 */
export async function authenticateCaller(requested: Requested): Promise<Actor> {
  const token = tokenOf(requested);
  const actor = token === null ? certificateCaller(requested) : await tokenCaller(requested, token);
  if (actor !== null) return actor;
  throw new AppError(
    "unauthenticated",
    "Send an API token in X-Vault-Token, or connect to the mTLS port with a client certificate.",
    { cause: "no credential" },
  );
}

/** The token of a request; null if it has none. */
export function tokenOf({ request }: Pick<Requested, "request">): string | null {
  const { authorization, [vaultTokenHeader]: header } = request.headers;
  const bearer = authorization === undefined ? null : bearerOf(authorization);
  if (header === undefined) return bearer;
  const own = String(header).trim();
  if (bearer !== null && bearer !== own)
    throw badRequest("X-Vault-Token and Authorization have different tokens. Send only one.");
  return own;
}

const bearerOf = (header: string): string => /^Bearer +(\S+) *$/i.exec(header)?.[1] ?? "";

/** The actor of a token; the entries name the certificate of the connection too. */
export async function tokenCaller(requested: Requested, token: string): Promise<Actor> {
  const { context, caller } = requested;
  const found = await findCaller(requested, token);
  if (found.actor === null) {
    caller.isKnown = found.tokenId !== null;
    throw new AppError("unauthenticated", "The token isn't valid, has expired or is revoked.", {
      cause: found.tokenId === null ? found.reason : `${found.reason} ${found.tokenId}`,
    });
  }
  const actor = onConnection(context, found.actor);
  caller.actor = actor;
  return actor;
}

/** An actor by its token or secret, whose entries name the certificate of the connection as well. */
export const onConnection = ({ decision }: Pick<RequestContext, "decision">, actor: Actor): Actor =>
  decision?.accepted === true ? { ...actor, credential: credentialOf(decision.peer) } : actor;

/** By an API token, or else by the token of a login. */
async function findCaller(
  { deps, sources, request, context }: Requested,
  token: string,
): Promise<Awaited<ReturnType<typeof authenticateToken>>> {
  const gate = withDeadline(deps);
  const actorRequest = actorRequestOf(request, context);
  const found = await authenticateToken(gate, token, actorRequest);
  if (found.actor !== null || found.tokenId !== null) return found;
  return authenticateLogin(gate, () => sources.authorities.index().all, token, actorRequest);
}

/** The holder of the connection's certificate, which it proved in the handshake; null without one. */
export function certificateCaller({ request, context, caller }: Requested): Actor | null {
  if (context.decision?.accepted !== true) return null;
  const actor = actorOfPeer(context.decision.peer, actorRequestOf(request, context));
  caller.actor = actor;
  assertProven(actor);
  return actor;
}

/**
 * A secret in a body is one that the proxy on the way sees, as a token in a header is: the proxy
 * needs the same scope. Errors: `proxy.scope`.
 */
export function assertMaySeeSecret({ proxy }: Pick<RequestContext, "proxy">): void {
  if (proxy === null) return;
  const missing = missingScope(proxy.scopes, "api", { token: true, certificate: false });
  if (missing === null) return;
  throw new AppError("proxy.scope", outsideScope(proxy, null, missing).detail);
}
