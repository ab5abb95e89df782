import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { recordEntry } from "@/lib/log/record";
import type { NewEntry } from "@/lib/log/types";
import { statusOf } from "./certificate-dto";
import { blockKey, markRevoked, raiseReason } from "./certificates-repository";
import { describeRow, requireCertificate } from "./get-certificate";
import { certificateTarget } from "./plan-row";
import { findCertificateRow } from "./rows-repository";
import type { CertificateDto, RevokeInput } from "./schema";
import type { CertificateRow } from "./types";

type RevokeDeps = Pick<Deps, "db" | "clock" | "random">;
type Wish = Readonly<{
  reason: RevokeInput["reason"];
  comment: string;
  invalidityDate: Date | null;
  now: Date;
}>;

function refuse(code: string, message: string, path?: string): never {
  throw new AppError(
    code,
    message,
    path ? { findings: [{ code, message, path }] } : { kind: "conflict" },
  );
}

function checkWish(row: CertificateRow, { reason, invalidityDate, now }: Wish): void {
  if (invalidityDate && invalidityDate > now)
    refuse(
      "revocation.invalidity-date",
      "The invalidity date lies in the future. Write when the key was first in doubt.",
      "invalidityDate",
    );
  if (row.state === "planned" || row.state === "failed")
    refuse(
      "certificate.state",
      `This certificate is ${statusOf(row, now)}: it was never issued, so there is nothing to revoke.`,
    );
  if (row.identityKind === "system" && row.identityName.startsWith("Authority "))
    refuse(
      "certificate.of-authority",
      "This is an authority's own certificate. It ends with the authority, not by itself.",
    );
  if (reason !== "certificateHold") return;
  if (row.state === "revoked")
    refuse(
      "certificate.state",
      "This certificate is revoked for good, so it cannot be put on hold.",
    );
  if (row.state === "issued" && row.notAfter < now)
    refuse("certificate.state", "This certificate has expired, so there is nothing to hold.");
}

type Act = Readonly<{
  apply: (tx: Parameters<typeof markRevoked>[0]) => Promise<boolean>;
  entry: NewEntry;
}>;

/** What the wish comes to for a certificate in this state; null if it is so already. */
function actOf(row: CertificateRow, wish: Wish): Act | null {
  const { reason, comment, invalidityDate, now } = wish,
    target = certificateTarget(row);
  const revokedAt = (row.revokedAt ?? now).toISOString();
  const isHeldAlready = reason === "certificateHold" && row.state === "held";
  if (
    isHeldAlready ||
    (row.state === "revoked" &&
      (reason !== "keyCompromise" || row.revocationReason === "keyCompromise"))
  )
    return null;
  const details = {
    reason,
    comment,
    invalidityDate: (invalidityDate ?? row.invalidityDate)?.toISOString() ?? null,
    revokedAt,
  };
  if (row.state === "revoked") {
    return {
      apply: (tx) => raiseReason(tx, row.id, comment, invalidityDate),
      entry: {
        action: "certificate.revoked",
        outcome: "success",
        target,
        details: { ...details, raised: true },
      },
    };
  }
  const apply: Act["apply"] = (tx) =>
    markRevoked(tx, row.id, { reason, comment, invalidityDate, at: now });
  if (reason === "certificateHold")
    return {
      apply,
      entry: {
        action: "certificate.held",
        outcome: "success",
        target,
        details: { comment, revokedAt },
      },
    };
  return {
    apply,
    entry: {
      action: "certificate.revoked",
      outcome: "success",
      target,
      details: { ...details, raised: false },
    },
  };
}

/** Asked again: nothing changes, and that it was asked is on the record. */
async function recordAgain(deps: RevokeDeps, actor: Actor, row: CertificateRow): Promise<string> {
  const target = certificateTarget(row),
    reason = "already",
    revokedAt = row.revokedAt?.toISOString() ?? "";
  const comment = row.revocationComment ?? "",
    invalidityDate = row.invalidityDate?.toISOString() ?? null;
  const known = (row.revocationReason ?? "unspecified") as RevokeInput["reason"];
  const entry: NewEntry =
    row.state === "held"
      ? {
          action: "certificate.held",
          outcome: "success",
          reason,
          target,
          details: { comment, revokedAt },
        }
      : {
          action: "certificate.revoked",
          outcome: "success",
          reason,
          target,
          details: { reason: known, comment, invalidityDate, revokedAt, raised: false },
        };
  return (await recordEntry(deps, actor, entry)).entryId;
}

const changedMeanwhile = (): AppError =>
  new AppError(
    "certificate.changed-meanwhile",
    "Somebody else changed this certificate at the same moment. Read it again.",
    { kind: "conflict" },
  );

/**
 * Revokes a certificate, or holds it with the reason certificateHold. Asking again is no error: the date is never rewritten, a reason is only
 * ever raised to keyCompromise, which also blocks the key. An expired one may be revoked, and stands on the next CRL. Errors:
 * `certificate.not-found`, `certificate.state`, `certificate.of-authority`, `revocation.invalidity-date`.
 */
export async function revokeCertificate(
  deps: RevokeDeps,
  actor: Actor,
  ref: string,
  input: RevokeInput,
): Promise<CertificateDto> {
  const { id } = await requireCertificate(deps, actor, "certificates.revoke", ref);
  const now = deps.clock.now();
  const wish: Wish = {
    reason: input.reason,
    comment: input.comment ?? "",
    invalidityDate: input.invalidityDate ? new Date(input.invalidityDate) : null,
    now,
  };
  // The guards in the statements decide; whoever loses a race looks again at what is there now.
  for (let attempt = 0; attempt < 3; attempt++) {
    const row = await findCertificateRow(deps.db, id);
    if (!row) throw changedMeanwhile();
    checkWish(row, wish);
    const act = actOf(row, wish);
    if (!act)
      return { ...(await describeRow(deps, row)), entryId: await recordAgain(deps, actor, row) };
    const entryId = await commit(deps, actor, row, wish, act);
    if (entryId !== null)
      return {
        ...(await describeRow(deps, (await findCertificateRow(deps.db, id)) ?? row)),
        entryId,
      };
  }
  throw changedMeanwhile();
}

/** Null if the row is not any more what was decided upon. */
async function commit(
  deps: RevokeDeps,
  actor: Actor,
  row: CertificateRow,
  wish: Wish,
  act: Act,
): Promise<string | null> {
  try {
    const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
      if (!(await act.apply(tx))) throw changedMeanwhile();
      if (wish.reason === "keyCompromise") await blockKey(tx, row.spkiSha256);
      return { result: null, entries: [act.entry] };
    });
    return entryIds[0] ?? "";
  } catch (error) {
    if (error instanceof AppError && error.code === "certificate.changed-meanwhile") return null;
    throw error;
  }
}
