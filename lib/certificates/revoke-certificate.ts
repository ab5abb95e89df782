import type { EntryId } from "@/lib/format/ids";
import type { Recorded } from "@/lib/log/record/recorded";
import type { AnyActor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import type { ErrorCode } from "@/lib/errors/codes";
import { requirePower } from "@/lib/identities/power";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { certificateStatusOf, certificateTarget } from "./certificate-dto";
import {
  blockKey,
  findCertificateRow,
  isAuthorityCertificate,
  markRevoked,
  raiseReason,
  type CertificateRow,
} from "./certificate-repository";
import { describeCertificate, getCertificateRow } from "./get-certificate";
import type { CertificateDto, RevokeInput } from "./schema";

type RevokeDeps = Pick<Deps, "db" | "clock" | "recorder">;
type RevocationRequest = Readonly<{
  reason: RevokeInput["reason"];
  comment: string;
  invalidityDate: Date | null;
  now: Date;
}>;

const maxAttempts = 3;

/**
 * Revokes a certificate, or puts it on hold (reason certificateHold). Repeating a revocation is no
 * error: its date never changes, and its reason can only be raised to keyCompromise, which also
 * blocks the key. An expired certificate can be revoked, and appears on the next CRL. So can a plan
 * that waits for its signature or failed: the signature may exist, and none that arrives later
 * changes the revocation. With `refuseRepeat` a repetition records nothing and is refused as
 * `certificate.changed-meanwhile`. Errors:
 * `certificate.not-found`, `certificate.ambiguous`, `certificate.state`, `identity.confers-power`,
 * `certificate.of-authority`, `revocation.invalidity-date`, `certificate.changed-meanwhile`.
 */
export async function revokeCertificate(
  deps: RevokeDeps,
  actor: AnyActor,
  ref: string,
  input: RevokeInput,
  { refuseRepeat = false }: Readonly<{ refuseRepeat?: boolean }> = {},
): Promise<Recorded<CertificateDto>> {
  const isHold = input.reason === "certificateHold";
  const { id, identityId } = await getCertificateRow(deps, actor, "certificates.revoke", ref);
  if (isHold) authorize(actor, "certificates.hold");
  await requirePower(deps, actor, identityId, isHold ? "hold" : "revoke");
  const request: RevocationRequest = {
    reason: input.reason,
    comment: input.comment ?? "",
    invalidityDate: input.invalidityDate ? new Date(input.invalidityDate) : null,
    now: deps.clock.now(),
  };
  // The guards in the statements decide. If a concurrent change wins, plan again from its result.
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const row = await findCertificateRow(deps.db, id);
    if (!row) throw changedMeanwhile();
    if (row.identityKind === "system" && (await isAuthorityCertificate(deps.db, id)))
      refuse("certificate.of-authority", "A CA's own certificate can't be revoked here.");
    assertRevocable(row, request);
    const plan = planRevocation(row, request);
    if (plan === null) {
      if (refuseRepeat) throw changedMeanwhile();
      const entryId = await recordRepeat(deps, actor, row);
      return { result: await describeCertificate(deps, row), entryId };
    }
    const entryId = await commit(deps, actor, row, request, plan);
    if (entryId === null) continue;
    const revoked = (await findCertificateRow(deps.db, id)) ?? row;
    return { result: await describeCertificate(deps, revoked), entryId };
  }
  throw changedMeanwhile();
}

function assertRevocable(
  row: CertificateRow,
  { reason, invalidityDate, now }: RevocationRequest,
): void {
  if (invalidityDate && invalidityDate > now)
    refuse(
      "revocation.invalidity-date",
      "The invalidity date is in the future. Enter when the key may have been compromised first.",
      "invalidityDate",
    );
  if (reason !== "certificateHold") return;
  if (row.state === "planned" || row.state === "failed")
    refuse(
      "certificate.state",
      `This certificate is ${certificateStatusOf(row, now)}. It was never issued, so it can't be put on hold. Revoke it instead.`,
    );
  if (row.state === "revoked")
    refuse("certificate.state", "This certificate is revoked, so it can't be put on hold.");
  if (row.state === "issued" && row.notAfter < now)
    refuse("certificate.state", "This certificate has expired, so it can't be put on hold.");
}

function refuse(code: ErrorCode, message: string, path?: string): never {
  throw new AppError(code, message, path ? { findings: [{ code, message, path }] } : {});
}

type RevocationPlan = Readonly<{
  apply: (tx: Parameters<typeof markRevoked>[0]) => Promise<boolean>;
  entry: NewEntry;
}>;

/** The change that the request makes to a certificate in this state; null if it makes none. */
function planRevocation(row: CertificateRow, request: RevocationRequest): RevocationPlan | null {
  const { reason, comment, invalidityDate, now } = request;
  const isRevoked = row.state === "revoked";
  const isHeldAlready = reason === "certificateHold" && row.state === "held";
  const raisesReason = reason === "keyCompromise" && row.revocationReason !== "keyCompromise";
  if (isHeldAlready || (isRevoked && !raisesReason)) return null;
  const target = certificateTarget(row);
  const revokedAt = (row.revokedAt ?? now).toISOString();
  if (reason === "certificateHold")
    return {
      apply: (tx) => markRevoked(tx, row.id, { reason, comment, invalidityDate, at: now }),
      entry: {
        action: "certificate.held",
        outcome: "success",
        target,
        details: { comment, revokedAt },
      },
    };
  return {
    apply: (tx) =>
      isRevoked
        ? raiseReason(tx, row.id, comment, invalidityDate)
        : markRevoked(tx, row.id, { reason, comment, invalidityDate, at: now }),
    entry: {
      action: "certificate.revoked",
      outcome: "success",
      target,
      details: {
        reason,
        comment,
        invalidityDate: (invalidityDate ?? row.invalidityDate)?.toISOString() ?? null,
        revokedAt,
        raised: isRevoked,
      },
    },
  };
}

/** Null if the row has changed since the plan was made. */
async function commit(
  deps: RevokeDeps,
  actor: AnyActor,
  row: CertificateRow,
  { reason }: RevocationRequest,
  { apply, entry }: RevocationPlan,
): Promise<EntryId | null> {
  const committed = await auditedTransaction(deps.recorder, actor, async (tx) => {
    if (!(await apply(tx))) return null;
    if (reason === "keyCompromise") await blockKey(tx, row.spkiSha256);
    return { result: null, entries: [entry] };
  });
  return committed && committed.entryId;
}

const changedMeanwhile = (): AppError =>
  new AppError(
    "certificate.changed-meanwhile",
    "This certificate was changed at the same moment. Reload it and try again.",
  );

/** Records a repeated request, which changes nothing. */
async function recordRepeat(
  deps: RevokeDeps,
  actor: AnyActor,
  row: CertificateRow,
): Promise<EntryId> {
  const common = { outcome: "success", reason: "already", target: certificateTarget(row) } as const;
  const comment = row.revocationComment ?? "";
  const revokedAt = row.revokedAt?.toISOString() ?? "";
  const entry: NewEntry =
    row.state === "held"
      ? { ...common, action: "certificate.held", details: { comment, revokedAt } }
      : {
          ...common,
          action: "certificate.revoked",
          details: {
            reason: (row.revocationReason ?? "unspecified") as RevokeInput["reason"],
            comment,
            invalidityDate: row.invalidityDate?.toISOString() ?? null,
            revokedAt,
            raised: false,
          },
        };
  return (await recordEntry(deps.recorder, actor, entry)).entryId;
}
