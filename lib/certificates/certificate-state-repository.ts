import type { CertificateListState, RotationState, SuccessorState } from "./schema";

const isOwn = "c.identity_id in (select id from identity where kind = 'system')";
const isShortLived = "c.not_after - c.not_before < interval '8 days'";
// Of the index, only the part of those with a predecessor is read.
const hasSuccessor =
  "exists (select from certificate s where s.predecessor_id = c.id and s.predecessor_id is not null)";

/**
 * Each state as a condition on `certificate c`, at a time given as SQL. One definition for lists,
 * counts and the overview; `certificateState` in lib/format is the same rule for what is shown.
 */
export function stateConditions(now: string): Readonly<Record<CertificateListState, string>> {
  const at = `${now}::timestamptz`;
  const valid = `c.state = 'issued' and c.not_after >= ${at}`;
  return {
    valid,
    expired: `c.state = 'issued' and c.not_after < ${at}`,
    held: "c.state = 'held'",
    revoked: "c.state = 'revoked'",
    pending: "c.state = 'planned'",
    failed: "c.state = 'failed'",
    expiring: `${valid} and c.not_after <= ${at} + interval '30 days' and c.not_after - ${at} <= (c.not_after - c.not_before) / 3
  and not (${isShortLived}) and not ${hasSuccessor} and not ${isOwn}`,
    "short-lived": `${valid} and ${isShortLived} and not ${isOwn}`,
  };
}

/** Each as a condition on `certificate c`; every certificate meets exactly one. */
export const successorConditions: Readonly<Record<SuccessorState, string>> = {
  none: `not (${isShortLived}) and not ${isOwn} and not ${hasSuccessor}`,
  issued: `not (${isShortLived}) and not ${isOwn} and ${hasSuccessor}`,
  automatic: `(${isShortLived}) or ${isOwn}`,
};

/**
 * A condition on `certificate c` whose rotation is requested: a certificate replaces it. That is a
 * successor that is issued, or, of who renewed without naming a predecessor, one with another key for
 * the same identity, profile and names that was requested later. A plan or a revoked one replaces
 * nothing.
 */
export const isRotationFulfilled = `(exists (select from certificate s where s.predecessor_id = c.id and s.state = 'issued')
  or exists (select from certificate s where s.identity_id = c.identity_id and s.created_at > c.rotation_requested_at and s.state = 'issued'
    and s.profile_id = c.profile_id and s.sans = c.sans and s.subject_text = c.subject_text and s.spki_sha256 <> c.spki_sha256))`;

/**
 * Each as a condition on `certificate c`, at a time given as SQL: its rotation is requested, it is
 * valid and nothing replaces it; and the date for that is over and its identity can get certificates.
 * One definition for lists, the overview and alerts; `rotationRequestOf` is the rule for the first.
 */
export function rotationConditions(now: string): Readonly<Record<RotationState, string>> {
  const at = `${now}::timestamptz`;
  const requested = `c.rotate_by is not null and c.state = 'issued' and c.not_after >= ${at} and not ${isRotationFulfilled}`;
  const isActive =
    "exists (select from identity i where i.id = c.identity_id and i.status = 'active')";
  return { requested, overdue: `${requested} and c.rotate_by < ${at} and ${isActive}` };
}

/** A condition on `certificate c`: it belongs to a person, service or device. */
export const ownLeftOut = "c.identity_id not in (select id from identity where kind = 'system')";

/**
 * A condition on `certificate c`: it can authenticate a client and has no recorded use. One without
 * clientAuth is never used where Chancery sees it, whatever it does elsewhere.
 */
export const isNeverUsed = `exists (select from profile_version v where v.profile_id = c.profile_id and v.version = c.profile_version
    and v.rules -> 'extendedKeyUsage' @> '"clientAuth"')
  and not exists (select from custody.use u where u.certificate_id = c.id)`;
