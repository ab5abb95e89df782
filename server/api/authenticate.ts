import type { Context } from "hono";
import type { Actor } from "@/lib/auth/actor";
import { actorOfCertificate } from "@/lib/auth/certificate-actor";
import { actorOfToken, type ActorRequest } from "@/lib/auth/token-actor";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import type { ApiEnv } from "@/server/api/context";

/** Somebody with an address and no name, until a credential says more. */
export function strangerOf(c: Context<ApiEnv>): Actor {
  return { kind: "anonymous", id: null, label: "anonymous", role: null, identityId: null, credential: null, ...requestOf(c) };
}

function requestOf(c: Context<ApiEnv>): ActorRequest {
  const { ip, port, listener, requestId } = c.env;
  const correlationId = c.req.header("x-correlation-id") ?? "";
  return {
    origin: { ip, port, userAgent: c.req.header("user-agent") ?? null, via: [listener] },
    requestId,
    correlationId: /^[\w.:-]{1,64}$/.test(correlationId) ? correlationId : requestId,
  };
}

/**
 * Who asks: a bearer token, or else the client certificate that the door verified. Throws `unauthenticated` with one message for a token
 * that is missing, malformed, unknown, expired or revoked; which of them it was goes to the record as `reason`.
 */
export async function authenticate(deps: Pick<Deps, "db" | "clock">, c: Context<ApiEnv>): Promise<Actor> {
  const header = c.req.header("authorization"), { peerDer } = c.env;
  if (header === undefined && peerDer === null) throw unauthenticated("no credential");
  const found = header === undefined
    ? await actorOfCertificate(deps, peerDer ?? new Uint8Array(), requestOf(c))
    : await actorOfToken(deps, bearerOf(header), requestOf(c));
  if (found.actor === null) throw unauthenticated(found.tokenId === null ? found.reason : `${found.reason} ${found.tokenId}`);
  return found.actor;
}

const bearerOf = (header: string): string => /^Bearer +(\S+) *$/i.exec(header)?.[1] ?? "";

function unauthenticated(reason: string): AppError {
  return new AppError("unauthenticated", "Send a valid API token: Authorization: Bearer chy_…", { kind: "unauthenticated", cause: reason });
}
