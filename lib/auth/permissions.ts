import { AppError } from "@/lib/errors/app-error";
import type { Actor } from "@/lib/auth/actor";

export const roles = ["admin", "operator", "approver", "auditor", "service"] as const;
export type Role = (typeof roles)[number];

export const permissions = [
  "overview.read",
  "authorities.read",
  "authorities.create",
  "profiles.read",
  "profiles.write",
  "identities.read",
  "identities.write",
  "certificates.read",
  "certificates.issue",
  "certificates.rotate",
  "certificates.revoke",
  "accounts.read",
  "accounts.write",
  "tokens.read",
  "tokens.write",
  "audit.read",
  "audit.export",
  "audit.verify",
  "log.continue",
  "custody.read",
  "policies.read",
  "policies.write",
  "proxies.read",
  "proxies.write",
  "events.report",
  "alerts.read",
  "alerts.handle",
  "rules.write",
  "destinations.read",
  "destinations.write",
] as const;
export type Permission = (typeof permissions)[number];

/** all: everything of that noun; own: only what belongs to the actor's identity; none: nothing. */
export type Scope = "all" | "own" | "none";

const readsOfWork: readonly Permission[] = [
  "overview.read",
  "authorities.read",
  "profiles.read",
  "identities.read",
  "certificates.read",
  "custody.read",
  "policies.read",
  "alerts.read",
];

const allowed: Readonly<Record<Role, readonly Permission[]>> = {
  admin: permissions.filter((permission) => permission !== "events.report"),
  operator: [
    ...readsOfWork,
    "identities.write",
    "certificates.issue",
    "certificates.rotate",
    "certificates.revoke",
    "alerts.handle",
  ],
  approver: readsOfWork,
  auditor: [
    ...readsOfWork,
    "accounts.read",
    "tokens.read",
    "audit.read",
    "audit.export",
    "audit.verify",
    "proxies.read",
    "destinations.read",
  ],
  service: [],
};

const own: Readonly<Record<Role, readonly Permission[]>> = {
  admin: [],
  operator: [],
  approver: [],
  auditor: [],
  service: [
    "profiles.read",
    "certificates.read",
    "certificates.issue",
    "certificates.rotate",
    "certificates.revoke",
    "events.report",
  ],
};

/** How far a role's permission reaches. The whole table is tested, role by action. */
export function scopeOf(role: Role | "system" | null, permission: Permission): Scope {
  if (role === null) return "none";
  if (role === "system") return "all";
  if (allowed[role].includes(permission)) return "all";
  return own[role].includes(permission) ? "own" : "none";
}

/**
 * Passes if the actor may do this, at least to what is its own; returns how far. Throws `forbidden`, or `unauthenticated` for a stranger.
 * With scope "own" the use case must still compare the row's identity with `actor.identityId` (see `assertOwns`).
 */
export function authorize(actor: Actor, permission: Permission): Exclude<Scope, "none"> {
  const scope = scopeOf(actor.role, permission);
  if (scope !== "none") return scope;
  if (actor.role === null)
    throw new AppError("unauthenticated", "Sign in, or send a valid API token.", {
      kind: "unauthenticated",
    });
  throw new AppError(
    "forbidden",
    `Your role (${actor.role}) does not allow this (${permission}).`,
    { kind: "forbidden", details: { permission } },
  );
}

/** For scope "own": what belongs to another identity looks exactly like what does not exist. */
export function assertOwns(actor: Actor, scope: Scope, identityId: string, noun: string): void {
  if (scope === "own" && actor.identityId !== identityId)
    throw new AppError(`${noun}.not-found`, `There is no such ${noun}.`, { kind: "not-found" });
}
