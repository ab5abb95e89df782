import type { Actor } from "@/lib/access/actor";
import { assertProven, authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import { dayMs, minuteMs } from "@/lib/format/time-units";
import { requirePower } from "@/lib/identities/power";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { certificateStatusOf, certificateTarget, rotationRequestOf } from "./certificate-dto";
import type { CertificateRow } from "./certificate-repository";
import { describeCertificate, getCertificateRow } from "./get-certificate";
import { markRotationRequested } from "./rotation-request-repository";
import type { CertificateDto, RequestRotationInput } from "./schema";

/** How long the holder has if the request names no date. */
export const replaceWithinMs = 7 * dayMs;

/**
 * Asks for the replacement of a valid certificate by a date: renewal information (RFC 9773) tells
 * ACME clients to renew at once, and everybody else sees the request with the certificate. Nothing is
 * revoked. An earlier date replaces that of an earlier request. With `capped`, a date after the
 * expiration stands for that of the expiration, and what has a request by then is one that changed
 * meanwhile: a dry run left out the others. Errors: `certificate.not-found`,
 * `certificate.ambiguous`, `certificate.state`, `identity.system`, `rotation.replace-by`,
 * `rotation.already-requested`, `certificate.changed-meanwhile`.
 */
export async function requestRotation(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  ref: string,
  input: RequestRotationInput = {},
  { capped = false }: Readonly<{ capped?: boolean }> = {},
): Promise<Recorded<CertificateDto>> {
  assertProven(actor);
  const row = await getCertificateRow(deps, actor, "certificates.rotate", ref);
  assertStaff(actor);
  await requirePower(deps, actor, row.identityId, "request-rotation");
  const requestedAt = deps.clock.now();
  const replaceBy = replaceByOf(row, input, { now: requestedAt, capped });
  assertReplaceable(row, replaceBy, { now: requestedAt, capped });
  const comment = input.comment ?? "";
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const request = { replaceBy, requestedAt, requestedBy: actor.label, comment };
    if (!(await markRotationRequested(tx, row.id, request))) throw changedMeanwhile();
    return {
      result: null,
      entries: [
        {
          action: "certificate.rotation-requested",
          outcome: "success",
          target: certificateTarget(row),
          details: {
            replaceBy: replaceBy.toISOString(),
            requestedAt: requestedAt.toISOString(),
            comment,
          },
        },
      ],
    };
  });
  const requested = await getCertificateRow(deps, actor, "certificates.rotate", row.id);
  return { result: await describeCertificate(deps, requested), entryId };
}

/** Who may replace only their own certificates does that, and requests nothing. */
export function assertStaff(actor: Actor): void {
  if (authorize(actor, "certificates.rotate") !== "all")
    throw new AppError("forbidden", "Your role does not allow this (certificates.rotate of all).");
}

function replaceByOf(
  { notAfter }: Pick<CertificateRow, "notAfter">,
  input: RequestRotationInput,
  { now, capped }: Readonly<{ now: Date; capped: boolean }>,
): Date {
  if (input.replaceBy === undefined)
    return earlier(new Date(now.getTime() + replaceWithinMs), notAfter);
  const replaceBy = new Date(input.replaceBy);
  assertFuture(replaceBy, now);
  if (replaceBy <= notAfter) return replaceBy;
  if (capped) return notAfter;
  throw wrongDate(
    `The certificate expires before that, at ${formatIso(notAfter)}. Enter an earlier date.`,
  );
}

export const earlier = (one: Date, other: Date): Date => (one < other ? one : other);

/** Refuses a date by which nothing can be replaced anymore. Errors: `rotation.replace-by`. */
export function assertFuture(replaceBy: Date, now: Date): void {
  if (replaceBy <= now) throw wrongDate("The date to replace by is over. Enter one in the future.");
  if (replaceBy.getTime() < now.getTime() + minuteMs)
    throw wrongDate("The date to replace by is less than a minute ahead. Enter a later one.");
}

export const changedMeanwhile = (): AppError =>
  new AppError(
    "certificate.changed-meanwhile",
    "This certificate was changed at the same moment. Reload it and try again.",
  );

const wrongDate = (message: string): AppError =>
  new AppError("rotation.replace-by", message, {
    findings: [{ code: "rotation.replace-by", message, path: "replaceBy" }],
  });

function assertReplaceable(
  row: CertificateRow,
  replaceBy: Date,
  { now, capped }: Readonly<{ now: Date; capped: boolean }>,
): void {
  const status = certificateStatusOf(row, now);
  if (status !== "valid")
    throw new AppError(
      "certificate.state",
      `Only the rotation of a valid certificate can be requested; this one is ${status}.`,
    );
  if (row.successorId !== null)
    throw new AppError("certificate.state", "This certificate already has a successor.");
  const request = rotationRequestOf(row, now);
  if (request === null || request.replaceBy > replaceBy) return;
  if (capped) throw changedMeanwhile();
  throw new AppError(
    "rotation.already-requested",
    `${request.requestedBy} has requested its rotation by ${formatIso(request.replaceBy)}. Withdraw that request to set a later date.`,
  );
}
