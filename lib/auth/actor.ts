import type { Role } from "@/lib/auth/permissions";

/** Where a request came from. `via` names the proxies or listeners that it passed, nearest last. */
export type Origin = Readonly<{
  ip: string | null;
  port: number | null;
  userAgent: string | null;
  via: readonly string[];
}>;

/** The certificate that authenticated a request, if one did. */
export type Credential = Readonly<{
  certificateId: string | null;
  serial: string;
  fingerprintSha256: string;
}>;

export const actorKinds = ["user", "token", "certificate", "system", "anonymous"] as const;
export type ActorKind = (typeof actorKinds)[number];

/** Who acts, in which role, and in which request. Every use case gets one; every entry names one. */
export type Actor = Readonly<{
  kind: ActorKind;
  /** usr_…, tok_…, crt_…, or the name of a job for system; null for anonymous. */
  id: string | null;
  label: string;
  /** Null: may do nothing that needs a permission. */
  role: Role | "system" | null;
  /** For role service: the identity whose certificates and events it may touch. */
  identityId: string | null;
  credential: Credential | null;
  origin: Origin;
  requestId: string;
  /** Groups the entries of one act of a person over several requests; the request's id by default. */
  correlationId: string;
}>;

/** Chancery itself at work: a job, the setup, the reconciliation at start. */
export function systemActor(job: string, requestId: string): Actor {
  const origin: Origin = { ip: null, port: null, userAgent: null, via: [] };
  return {
    kind: "system",
    id: job,
    label: job,
    role: "system",
    identityId: null,
    credential: null,
    origin,
    requestId,
    correlationId: requestId,
  };
}
