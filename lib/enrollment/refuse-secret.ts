import type { Actor, ActorRequest } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import type { ErrorCode } from "@/lib/errors/codes";
import { credentialDigest } from "@/lib/log/credential-digest";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Deps } from "@/lib/runtime/deps";
import { secretTarget } from "./secret-dto";
import type { FoundSecret } from "./secret-repository";

export type SecretRefusal = Readonly<{
  code: Extract<ErrorCode, `enrollment.secret-${string}`>;
  message: string;
}>;

/** The actor of an accepted secret: a service that acts for its identity alone. */
export const secretActor = (
  { id, identityId, identity, secretHash }: FoundSecret,
  request: ActorRequest,
): Actor => ({
  kind: "enrollment-secret",
  id,
  label: `Enrollment secret of ${identity.name}`,
  role: "service",
  identityId,
  credential: null,
  secretDigest: credentialDigest(Buffer.from(secretHash).toString("hex")),
  assertedBy: null,
  ...request,
});

/**
 * Records that a secret is not accepted although its caller has it, and returns the error to throw.
 * Whoever has it may learn why.
 */
export async function refuseSecret(
  deps: Pick<Deps, "recorder">,
  row: FoundSecret,
  request: ActorRequest,
  { code, message }: SecretRefusal,
): Promise<AppError> {
  const actor = { ...secretActor(row, request), role: null };
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "enrollment-secret.refused",
    outcome: "denied",
    reason: code,
    target: secretTarget(row.id, row.identity),
    details: { identityId: row.identityId, code, because: message },
  });
  return new AppError(code, message, { recordedAs: entryId });
}

export const ofEndedMaker: SecretRefusal = {
  code: "enrollment.secret-maker-ended",
  message:
    "The user or token that created this enrollment secret is disabled, expired, revoked or lost the role for it. Create a new one.",
};

/** Null while uses are left. */
export const findSpent = ({ used, uses }: FoundSecret): SecretRefusal | null =>
  used < uses
    ? null
    : {
        code: "enrollment.secret-spent",
        message: `This enrollment secret was used ${uses === 1 ? "already" : `${uses} times, as often as it can be`}. If that wasn't you, revoke what it got. Create a new secret.`,
      };
