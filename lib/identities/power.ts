import type { AnyActor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { findPowers, lockPowers, type PoweredIdentity } from "./power-repository";
import type { IdentityPower } from "./schema";

/** What can be done to an identity, or to what belongs to it, with the words for a message. */
const powerActs = {
  issue: "issue certificates for it",
  "make-key": "have Chancery make its key",
  rotate: "rotate its certificates",
  "request-rotation": "request the rotation of its certificates",
  "cancel-rotation-request": "withdraw requests to rotate its certificates",
  revoke: "revoke its certificates",
  hold: "put its certificates on hold",
  release: "release its certificates from hold",
  names: "change its names",
  rename: "rename it",
  owner: "change its owner",
  networks: "change its networks",
  note: "change its note",
  suspend: "suspend it",
  activate: "activate it",
  link: "link it to an account",
  unlink: "unlink it from its account",
  "trust-proxy": "trust it as a proxy",
  "change-proxy": "change how it is trusted as a proxy",
  "remove-proxy": "stop trusting it as a proxy",
  "grant-ca": "let it get CA certificates",
  "issue-ca": "get a CA certificate for it",
  "revoke-ca": "revoke its CA permissions",
  "create-token": "create API tokens for it",
  "create-acme-key": "create ACME keys for it",
  "create-enrollment-secret": "create enrollment secrets for it",
  "acknowledge-alert": "handle alerts about it",
  "resolve-alert": "resolve alerts about it",
  "except-alert": "create alert exceptions for it",
} as const;
export type PowerAct = keyof typeof powerActs;

/** What takes power away, or changes nothing about it: open to operators, for an incident. */
const operatorActs: ReadonlySet<PowerAct> = new Set<PowerAct>([
  "revoke",
  "hold",
  "request-rotation",
  "revoke-ca",
  "note",
  "acknowledge-alert",
]);
/** What an identity may do for itself, if it proves that it has the key of its certificate. */
const ownActs: ReadonlySet<PowerAct> = new Set<PowerAct>(["issue", "issue-ca", "rotate", "revoke"]);
/**
 * What administrators may do to an identity of Chancery itself; all other acts are its own jobs'.
 */
const chanceryActs: ReadonlySet<PowerAct> = new Set<PowerAct>([
  "revoke",
  "acknowledge-alert",
  "resolve-alert",
  "except-alert",
]);

/** What no one may do: whoever got hold of the result would have the identity's power. */
const closedActs: ReadonlySet<PowerAct> = new Set<PowerAct>([
  "create-enrollment-secret",
  "make-key",
]);

export type PowerRefusal = Readonly<{
  code: "identity.confers-power" | "identity.system";
  message: string;
}>;
type PowerActor = Pick<AnyActor, "kind" | "role" | "assertedBy">;

/**
 * The one decision about identities that confer power. Null if the actor may do this as far as
 * power is concerned; its permissions are another matter. A certificate of such an identity signs
 * in to an account, speaks for a proxy's clients, gets CA certificates, or is Chancery's: so only
 * administrators change the identity, and it rotates its own certificates only by a certificate
 * that it proves.
 */
export function findPowerRefusal(
  actor: PowerActor,
  { name, powers: all }: Pick<PoweredIdentity, "name" | "powers">,
  act: PowerAct,
): PowerRefusal | null {
  // A CA certificate is what a CA permission is for: only another power is in the way.
  const powers = act === "issue-ca" ? all.filter((power) => power !== "ca") : all;
  if (powers.length === 0 || actor.role === "system") return null;
  const subject = `${name} ${powerTexts(powers)}`;
  const wording = powerActs[act];
  if (powers.includes("chancery")) {
    if (!chanceryActs.has(act))
      return {
        code: "identity.system",
        message: `${subject}, which maintains it. You can’t ${wording}.`,
      };
  } else if (closedActs.has(act))
    return refusal(
      `${subject}, so no one can ${wording}. Issue its certificates in the console, or let it rotate the one that it has.`,
    );
  else if (actor.role === "operator" && operatorActs.has(act)) return null;
  if (actor.role === "admin") return null;
  if (actor.role === "service" && ownActs.has(act) && !powers.includes("chancery"))
    return findOwnRefusal(actor, { subject, wording, powers });
  return refusal(`${subject}, so only an administrator can ${wording}. Ask an administrator.`);
}

const credentials: Readonly<Partial<Record<PowerActor["kind"], string>>> = {
  "acme-account": "an ACME account",
  "enrollment-secret": "an enrollment secret",
};

/**
 * By a handshake with its own certificate alone: tokens and passed-on certificates can be anyone's.
 * A trusted proxy can't even do that: its certificate never counts for itself.
 */
function findOwnRefusal(
  actor: PowerActor,
  {
    subject,
    wording,
    powers,
  }: Readonly<{ subject: string; wording: string; powers: readonly IdentityPower[] }>,
): PowerRefusal | null {
  const isCertificate = actor.kind === "certificate";
  if (isCertificate && actor.assertedBy === null) return null;
  const credential = isCertificate
    ? "a certificate that a proxy passes on"
    : (credentials[actor.kind] ?? "an API token");
  const fix = powers.includes("proxy")
    ? "Ask an administrator."
    : "Connect to the mTLS port with its client certificate, or ask an administrator.";
  return refusal(`${subject}, so ${credential} can’t ${wording}. ${fix}`);
}

/** For pages: why the actor can't do each of the acts, in words; absent for what it can do. */
export function explainPower<A extends PowerAct>(
  actor: AnyActor,
  identity: Pick<PoweredIdentity, "name" | "powers">,
  acts: readonly A[],
): Readonly<Partial<Record<A, string>>> {
  const denied = acts.map((act) => [act, findPowerRefusal(actor, identity, act)?.message] as const);
  return Object.fromEntries(denied.filter(([, message]) => message !== undefined)) as Partial<
    Record<A, string>
  >;
}

const refusal = (message: string): PowerRefusal => ({ code: "identity.confers-power", message });

const otherPowers: Readonly<Record<IdentityPower, string>> = {
  "signs-in": "can sign in to the console",
  proxy: "is a trusted proxy",
  ca: "can get CA certificates",
  chancery: "belongs to Chancery itself",
};

function powerTexts(powers: readonly IdentityPower[]): string {
  if (powers.includes("chancery")) return otherPowers.chancery;
  return powers.map((power) => otherPowers[power]).join(" and ");
}

/**
 * Refuses an act on an identity that confers power, unless the actor may do it (see
 * `findPowerRefusal`). Every use case that takes an identity, or something that belongs to one,
 * calls it. In a transaction the answer holds until its end; a caller that will lock the row `for
 * update` does so before. Errors: `identity.confers-power`, `identity.system`.
 */
export async function requirePower(
  source: AuditedTx | Pick<Deps, "db">,
  actor: AnyActor,
  identityId: string,
  ...acts: readonly PowerAct[]
): Promise<void> {
  const identity =
    "db" in source ? await findPowers(source.db, identityId) : await lockPowers(source, identityId);
  if (identity === null) return;
  for (const act of acts) {
    const denied = findPowerRefusal(actor, identity, act);
    if (denied)
      throw new AppError(denied.code, denied.message, {
        details: { identity: identityId, powers: identity.powers },
      });
  }
}
