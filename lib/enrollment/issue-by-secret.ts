import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { IssueInput } from "@/lib/certificates/request-schema";
import type { CertificateDto } from "@/lib/certificates/schema";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { issuanceRequest } from "@/lib/issuing/decide-issuance";
import { issueWithKeyOf } from "@/lib/issuing/issue-certificate";
import type { StoredWithPlan } from "@/lib/issuing/store-plan-with-more";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { findSpent, refuseSecret, type SecretRefusal } from "./refuse-secret";
import { noSuchSecret } from "./secret-dto";
import { findSecretById, type FoundSecret } from "./secret-repository";
import { type EnrollmentPath, explainUnspendable, spendUse } from "./spend-use";

type IssueDeps = Pick<
  Deps,
  "db" | "clock" | "random" | "recorder" | "signer" | "publicUrl" | "keyQueue"
>;

/**
 * Issues a certificate to the holder of an enrollment secret, as its identity asking for itself: for
 * names that it holds, under the secret's profile. The use is counted in the transaction that commits
 * the plan, so of two requests with the last use exactly one gets a certificate. What the signer
 * can't sign afterward costs the use. A key that Chancery is to make is refused with the other reasons. `identity` and `profile` may be empty for the secret's own.
 * Errors: as `issueCertificate`, and `enrollment.secret-spent`, `-profile`, `-identity`.
 */
export async function issueBySecret(
  deps: IssueDeps,
  actor: Actor,
  input: IssueInput,
  via: EnrollmentPath,
): Promise<MaybeRecorded<CertificateDto>> {
  const scope = authorize(actor, "certificates.issue");
  const row = await findSecretById(deps.db, actor.id ?? "");
  if (row === null) throw noSuchSecret();
  const refusal = findSpent(row) ?? (await findMismatch(deps, row, input));
  if (refusal !== null) throw await refuseSecret(deps, row, actor, refusal);
  const { csr, key, ...rest } = input;
  const own = { ...rest, profile: row.profileId, identity: row.identityId };
  const storedWithPlan = countingUse(deps, row, via);
  try {
    const request = {
      ...issuanceRequest(actor, scope, own),
      storedWithPlan,
      ...(via === "ejbca" ? { via } : {}),
    };
    return await issueWithKeyOf(deps, actor, request, { csr, key });
  } catch (error) {
    throw sayUseIsSpent(row, await explainUnspendable(deps, row, actor, error));
  }
}

/**
 * A plan that didn't become a certificate has cost the use all the same: "try again" alone would send
 * the machine into a refusal, and raise an alert.
 */
function sayUseIsSpent({ used, uses }: FoundSecret, error: unknown): unknown {
  if (!isAppError(error) || error.kind !== "unavailable") return error;
  const isPlanned = error.details["certificateId"] !== undefined;
  // Whether the plan was committed isn't known.
  if (!isPlanned && error.code !== "outcome.unknown") return error;
  const left = uses - used - 1;
  const next =
    left > 0
      ? `This secret has ${left} more ${left === 1 ? "use" : "uses"}.`
      : `${isPlanned ? "To try again" : "If it is refused"}, create a new secret.`;
  const { retryAfterSeconds = 2, details, recordedAs } = error;
  const message = `${error.message} The use of the enrollment secret ${isPlanned ? "is" : "may be"} spent. ${next}`;
  const options = { retryAfterSeconds, details, cause: error };
  return new AppError(error.code, message, recordedAs ? { ...options, recordedAs } : options);
}

/**
 * Errors: `enrollment.secret-spent` and its like, with their entry, if the secret of this actor can't
 * get another certificate.
 */
export async function assertUnspent(deps: IssueDeps, actor: Actor): Promise<void> {
  const row = await findSecretById(deps.db, actor.id ?? "");
  if (row === null) throw noSuchSecret();
  const refusal = findSpent(row);
  if (refusal !== null) throw await refuseSecret(deps, row, actor, refusal);
}

async function findMismatch(
  deps: Pick<Deps, "db">,
  { identityId, identity, profileId, profile }: FoundSecret,
  input: Pick<IssueInput, "identity" | "profile">,
): Promise<SecretRefusal | null> {
  if (input.identity !== "" && input.identity !== identityId)
    return {
      code: "enrollment.secret-identity",
      message: `This enrollment secret is for ${identity.name} alone.`,
    };
  if (input.profile === "" || input.profile === profile.slug) return null;
  if ((await findProfile(deps, input.profile))?.id === profileId) return null;
  return {
    code: "enrollment.secret-profile",
    message: `This enrollment secret is for the profile ${profile.slug} alone.`,
  };
}

/** One more use with its entry, or nothing is planned. */
const countingUse =
  ({ clock }: Pick<Deps, "clock">, row: FoundSecret, via: EnrollmentPath): StoredWithPlan =>
  async (tx, { id, identityId, profileId }) => [
    await spendUse(tx, clock.now(), row, { identityId, profileId, certificateId: id, via }),
  ];
