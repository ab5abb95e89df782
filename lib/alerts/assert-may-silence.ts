import type { Actor } from "@/lib/access/actor";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { requirePower } from "@/lib/identities/power";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { findIdentityOfSubject } from "./exception-repository";
import { ruleOf } from "./rules/all-rules";
import type { AlertDto } from "./schema";

type Source = AuditedTx | Pick<Deps, "db">;
const isStaffId = (id: string): boolean => id.startsWith("usr_") || id.startsWith("tok_");
const isSelf = (actor: Actor, subjectId: string): boolean =>
  subjectId === actor.id || subjectId === actor.label;

/**
 * No one makes an exception about themselves. An operator makes none about users
 * and API tokens, none from a rule that watches those unless its subject is a service, device or
 * person without power, and none about an identity that confers power. Errors:
 * `alert.own-exception`, `identity.confers-power`.
 */
export async function assertMayExcept(
  source: Source,
  actor: Actor,
  { rule, subjectId }: Readonly<{ rule: string; subjectId: string }>,
): Promise<void> {
  if (isSelf(actor, subjectId))
    throw ownException("You can’t create an exception for alerts about yourself.");
  const identityId = await findIdentityOfSubject(source, subjectId);
  if (identityId !== null) {
    await requirePower(source, actor, identityId, "except-alert");
    return;
  }
  if (actor.role === "admin" || actor.role === "system") return;
  if (isStaffId(subjectId) || ruleOf(rule)?.watchesStaff === true)
    throw ownException("This rule watches users and API tokens, operators among them.");
}

const ownException = (why: string): AppError =>
  new AppError("alert.own-exception", `${why} Ask an administrator to review the alert.`);

/** Whether an alert is about the actor, who therefore can't resolve it; administrators can. */
export const isAboutActor = (actor: Actor, subjectId: string): boolean =>
  actor.role !== "admin" && isSelf(actor, subjectId);

/**
 * An operator resolves no alert about themselves, and none about an identity that confers power.
 * Errors: `alert.own-resolution`, `identity.confers-power`.
 */
export async function assertMayResolve(
  source: Source,
  actor: Actor,
  { subjectId, identityId }: Readonly<{ subjectId: string; identityId: string | null }>,
): Promise<void> {
  if (isAboutActor(actor, subjectId))
    throw new AppError(
      "alert.own-resolution",
      "This alert is about you, so you can’t resolve it. Ask an administrator.",
    );
  if (identityId !== null) await requirePower(source, actor, identityId, "resolve-alert");
}

/** For pages: why the actor can't silence the alert, in words; absent for what it can do. */
export async function explainSilencing(
  deps: Pick<Deps, "db">,
  actor: Actor,
  { rule, subject, identityId }: Pick<AlertDto, "rule" | "subject" | "identityId">,
): Promise<Readonly<{ except?: string; resolve?: string }>> {
  const [except, resolve] = await Promise.all([
    messageOf(assertMayExcept(deps, actor, { rule, subjectId: subject.id })),
    messageOf(assertMayResolve(deps, actor, { subjectId: subject.id, identityId })),
  ]);
  return { ...(except === null ? {} : { except }), ...(resolve === null ? {} : { resolve }) };
}

const messageOf = (attempt: Promise<void>): Promise<string | null> =>
  attempt.then(
    () => null,
    (error: unknown) => {
      if (!isAppError(error)) throw error;
      return error.message;
    },
  );
