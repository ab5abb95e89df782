import { AppError } from "@/lib/errors/app-error";
import type { Actor, AnyActor, AssertedActor } from "./actor";
import type { Role } from "./roles";

export const permissions = [
  "overview.read",
  "authorities.read",
  "authorities.create",
  "authorities.publish",
  "profiles.read",
  "profiles.write",
  "identities.read",
  "identities.write",
  "names.manage",
  "certificates.read",
  "certificates.issue",
  "certificates.rotate",
  "certificates.revoke",
  "certificates.hold",
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
    "authorities.publish",
    "identities.write",
    "certificates.issue",
    "certificates.rotate",
    "certificates.revoke",
    "certificates.hold",
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
 * What a certificate may do at all that a proxy passed on: it issues nothing, and changes no key.
 */
const assertable: ReadonlySet<Permission> = new Set([
  "profiles.read",
  "certificates.read",
  "certificates.revoke",
]);

/** `scopeOf` for an actor: less on the word of a proxy. */
export function scopeOfActor(actor: AnyActor, permission: Permission): Scope {
  const isAsserted = actor.assertedBy !== null;
  return isAsserted && !assertable.has(permission) ? "none" : scopeOf(actor.role, permission);
}

/** Passes for a caller that proved its own credential. Throws `certificate.asserted`. */
export function assertProven(actor: AnyActor): asserts actor is Actor {
  if (actor.assertedBy !== null) throw assertedOnly(actor);
}

const assertedOnly = ({ assertedBy }: AssertedActor): AppError =>
  new AppError(
    "certificate.asserted",
    `The proxy ${assertedBy.label} passed this client certificate on, which does not prove that the caller holds its key. Connect to the mTLS port directly with the certificate and its key, or send an API token.`,
    { details: { proxyId: assertedBy.id } },
  );

/**
 * Passes if the actor may do this, at least to what is its own; returns how far. Throws
 * `forbidden`, `unauthenticated` for a stranger, or `certificate.asserted` on the word of a proxy
 * where that is not enough. With scope "own" the use case must still
 * compare the row's identity with `actor.identityId` (see `assertOwns`).
 */
export function authorize(actor: AnyActor, permission: Permission): Exclude<Scope, "none"> {
  const scope = scopeOfActor(actor, permission);
  if (scope !== "none") return scope;
  if (scopeOf(actor.role, permission) !== "none") assertProven(actor);
  if (actor.role === null)
    throw new AppError("unauthenticated", "Sign in, or send a valid API token.");
  throw new AppError(
    "forbidden",
    `Your role (${actor.role}) does not allow this (${permission}).${whoCan(permission)}`,
    { details: { permission } },
  );
}

const staff: Readonly<Partial<Record<Role, string>>> = {
  admin: "administrator",
  operator: "operator",
  approver: "approver",
  auditor: "auditor",
};

/** Whom to ask: every role of people that may do it for all. */
function whoCan(permission: Permission): string {
  const names = Object.entries(staff).flatMap(([role, name]) =>
    scopeOf(role as Role, permission) === "all" ? [name] : [],
  );
  if (names.length === 0) return "";
  const [first = "", ...rest] = names;
  const list = rest.length === 0 ? first : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  return ` Ask an ${list}.`;
}

/** The nouns whose rows belong to an identity: each has a code for "there is none". */
type OwnedNoun = "certificate" | "identity";

/** For scope "own": what belongs to another identity looks exactly like what does not exist. */
export function assertOwns(
  actor: AnyActor,
  scope: Scope,
  identityId: string,
  noun: OwnedNoun,
): void {
  if (scope === "own" && actor.identityId !== identityId)
    throw new AppError(
      `${noun}.not-found`,
      noun === "certificate" ? "Certificate not found." : "Identity not found.",
    );
}
