import type { ProxyReference } from "./peer";
import type { Role } from "./roles";

/**
 * The network address of a client: the `origin` of entries. `via` names the proxies or listeners
 * that the request passed, nearest last.
 */
export type ClientAddress = Readonly<{
  ip: string | null;
  port: number | null;
  userAgent: string | null;
  via: readonly string[];
  /** The trusted proxy that passed the request on, on whose word the address counts. */
  proxy?: ProxyReference;
}>;

/** The certificate that authenticated a request, if one did. */
export type Credential = Readonly<{
  certificateId: string | null;
  serial: string;
  fingerprintSha256: string;
}>;

export const actorKinds = [
  "user",
  "token",
  "certificate",
  "acme-account",
  "enrollment-secret",
  "system",
  "anonymous",
] as const;
export type ActorKind = (typeof actorKinds)[number];

type ActorFacts = Readonly<{
  kind: ActorKind;
  /** usr_…, tok_…, crt_…, acc_…, ens_…, or the name of a job for system; null for anonymous. */
  id: string | null;
  label: string;
  /** Null: may do nothing that needs a permission. */
  role: Role | "system" | null;
  /** For role service: the identity whose certificates and events it may touch. */
  identityId: string | null;
  credential: Credential | null;
  /**
   * Of a token or session: the digest of what the request showed (lib/log/credential-digest.ts).
   * It stands in every entry, so that a credential that was exchanged for a while is found.
   */
  secretDigest?: string;
  address: ClientAddress;
  requestId: string;
  /**
   * Groups the entries of one user action over several requests; the request's id by default.
   */
  correlationId: string;
}>;

/**
 * Who makes a request, and in which role, as Chancery itself has verified it: a session, a token, a
 * certificate whose key was used in the handshake, a job, or no one. Every use case gets one; every
 * entry names one.
 */
export type Actor = ActorFacts & Readonly<{ assertedBy: null }>;

/**
 * An actor on the word of a trusted proxy, which passed its certificate on. It is never more than a
 * service, and no use case accepts one unless its type says so (decision 16).
 */
export type AssertedActor = ActorFacts &
  Readonly<{
    kind: "certificate";
    role: Extract<Role, "service"> | null;
    assertedBy: ProxyReference;
  }>;

/** An actor for use cases that decide by themselves what they do on a proxy's word. */
export type AnyActor = Actor | AssertedActor;

/** The parts of an actor that come from the request, for every kind of caller. */
export type ActorRequest = Pick<Actor, "address" | "requestId" | "correlationId">;

/** Chancery itself at work: a job, the setup, the reconciliation at start. */
export function systemActor(job: string, requestId: string): Actor {
  const address: ClientAddress = { ip: null, port: null, userAgent: null, via: [] };
  return {
    kind: "system",
    id: job,
    label: job,
    role: "system",
    identityId: null,
    credential: null,
    assertedBy: null,
    address,
    requestId,
    correlationId: requestId,
  };
}

/**
 * Who has proved nothing, and has no permission; `credential` is what was presented all the same.
 */
export function anonymousActorOf(
  request: ActorRequest,
  {
    label = "anonymous",
    credential = null,
  }: Readonly<{ label?: string; credential?: Credential | null }> = {},
): Actor {
  return {
    kind: "anonymous",
    id: null,
    label,
    role: null,
    identityId: null,
    credential,
    assertedBy: null,
    ...request,
  };
}
