import { sha256 } from "@/lib/format/hash";
import type { EntryId } from "@/lib/format/ids";
import type { Actor } from "@/lib/access/actor";
import { certificateTarget } from "@/lib/certificates/certificate-dto";
import { findCertificate, type Certificate } from "@/lib/certificates/get-certificate";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { encodeEntry } from "@/lib/log/entry";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { trackCommit, makeNumberedEntry } from "@/lib/log/record/entry-numbers";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { issuedEntry } from "./issuance-plan";
import { storeSignature } from "./issuance-repository";
import { markFailed, markIssued, markSuperseded, setSupersedeAt } from "./plan-repository";

export type SignDeps = Pick<Deps, "db" | "clock" | "recorder" | "signer">;
/** A committed plan, as far as signing needs it. */
export type SignablePlan = Readonly<{
  id: string;
  commonName: string;
  subjectText: string;
  serial: Uint8Array;
  tbsDer: Uint8Array;
  predecessorId: string | null;
  /** For a rotation: when the predecessor is revoked. */
  supersedeAt: Date | null;
}>;
export type SignedPlan = Readonly<{
  der: Uint8Array;
  issuedAt: Date;
  /** Null if another process committed the certificate. */
  entryId: EntryId | null;
}>;

/**
 * Signs a committed plan and commits the certificate with its entry; only then may the certificate
 * leave the process. A plan that can't be signed is marked failed, with its entry. Errors: those of
 * the signer, `record.unavailable`, `certificate.closed`, `certificate.revoked-unissued`.
 */
export async function signPlan(
  deps: SignDeps,
  actor: Actor,
  plan: SignablePlan,
): Promise<SignedPlan> {
  const der = await sign(deps, plan).catch((error: unknown) =>
    failAndRethrow(deps, actor, plan, error),
  );
  const issuedAt = deps.clock.now();
  const predecessor =
    plan.predecessorId === null ? null : await findCertificate(deps, plan.predecessorId);
  const entryId = predecessor
    ? await storeRotation(deps, actor, plan, predecessor, der, issuedAt)
    : await storeIssued(deps, actor, plan, der, issuedAt);
  return entryId === null ? readStored(deps, plan.id) : { der, issuedAt, entryId };
}

/**
 * Marks a plan that can't be signed as failed, with its entry. Returns the entry's id, or null if
 * the plan is no longer pending.
 */
export async function failPlan(
  deps: Pick<Deps, "recorder">,
  actor: Actor,
  plan: Pick<SignablePlan, "id" | "commonName" | "subjectText">,
  cause: string,
): Promise<EntryId | null> {
  const committed = await auditedTransaction(deps.recorder, actor, async (tx) => {
    if (!(await markFailed(tx, plan.id))) return null;
    return {
      result: null,
      entries: [
        {
          action: "certificate.failed",
          outcome: "failure",
          reason: cause,
          target: certificateTarget(plan),
          details: { cause },
        },
      ],
    };
  });
  return committed && committed.entryId;
}

async function sign(deps: SignDeps, plan: SignablePlan): Promise<Uint8Array> {
  const der = await deps.signer.signCertificate(plan.id);
  if (!containsPlannedBytes(der, plan.tbsDer))
    throw new AppError(
      "signer.certificate-differs",
      "The signer returned a certificate that differs from the plan.",
    );
  return der;
}

/** A certificate's DER is a SEQUENCE header followed by exactly the planned TBS bytes. */
function containsPlannedBytes(der: Uint8Array, tbsDer: Uint8Array): boolean {
  const lengthByte = der[1] ?? 0;
  const start = lengthByte < 0x80 ? 2 : 2 + (lengthByte & 0x7f);
  return Buffer.compare(der.subarray(start, start + tbsDer.length), tbsDer) === 0;
}

async function failAndRethrow(
  deps: SignDeps,
  actor: Actor,
  plan: SignablePlan,
  error: unknown,
): Promise<never> {
  const cause = isAppError(error) ? error.code : "signer.failed";
  const entryId = await failPlan(deps, actor, plan, cause);
  if (!isAppError(error)) throw error;
  throw new AppError(error.code, error.message, {
    cause: error,
    ...(entryId === null ? {} : { recordedAs: entryId, details: { certificateId: plan.id } }),
  });
}

async function storeIssued(
  deps: SignDeps,
  actor: Actor,
  plan: SignablePlan,
  der: Uint8Array,
  issuedAt: Date,
): Promise<EntryId | null> {
  const record = makeNumberedEntry(deps.recorder, actor, issuedEntry(plan, der), issuedAt);
  const { id: entryId } = record;
  const isStored = await trackCommit(deps.recorder, [record], () =>
    storeSignature(deps.db, { id: plan.id, der, issuedAt, entry: encodeEntry(record), entryId }),
  );
  return isStored ? entryId : null;
}

/**
 * Commits the successor and the revocation of its predecessor together, so that neither is ever
 * visible without the other.
 */
async function storeRotation(
  deps: SignDeps,
  actor: Actor,
  plan: SignablePlan,
  predecessor: Certificate,
  der: Uint8Array,
  issuedAt: Date,
): Promise<EntryId | null> {
  const signed = { der, fingerprintSha256: sha256(der), issuedAt };
  const supersedeAt = plan.supersedeAt ?? issuedAt;
  const committed = await auditedTransaction(deps.recorder, actor, async (tx) => {
    if (!(await markIssued(tx, plan.id, signed))) return null;
    const entries: [NewEntry, ...NewEntry[]] = [
      issuedEntry(plan, der),
      rotatedEntry(predecessor, plan.id, supersedeAt),
    ];
    const isScheduled =
      predecessor.notAfter >= issuedAt && (await setSupersedeAt(tx, predecessor.id, supersedeAt));
    const isDue = isScheduled && supersedeAt <= issuedAt;
    if (isDue && (await markSuperseded(tx, predecessor.id, issuedAt)))
      entries.push(supersededEntry(predecessor, issuedAt));
    return { result: null, entries };
  });
  return committed && committed.entryId;
}

const rotatedEntry = (
  predecessor: Certificate,
  successorId: string,
  supersedeAt: Date,
): NewEntry => ({
  action: "certificate.rotated",
  outcome: "success",
  target: certificateTarget(predecessor),
  details: { successorId, supersedeAt: supersedeAt.toISOString() },
});

const supersededEntry = (predecessor: Certificate, issuedAt: Date): NewEntry => ({
  action: "certificate.revoked",
  outcome: "success",
  target: certificateTarget(predecessor),
  details: {
    reason: "superseded",
    comment: "",
    invalidityDate: null,
    revokedAt: (predecessor.revokedAt ?? issuedAt).toISOString(),
    raised: false,
  },
});

/** Another process finished the plan first: its certificate counts, not the one just signed. */
async function readStored(deps: SignDeps, id: string): Promise<SignedPlan> {
  const row = await findCertificate(deps, id);
  if (row?.state === "revoked" && !row.der)
    throw new AppError(
      "certificate.revoked-unissued",
      "This certificate was revoked before it was issued. Request a new one if you still need it.",
      { details: { certificateId: id } },
    );
  if (!row?.der || !row.issuedAt)
    throw new AppError(
      "certificate.closed",
      "This request was closed before the certificate was signed. Try again.",
      { retryAfterSeconds: 1 },
    );
  return { der: row.der, issuedAt: row.issuedAt, entryId: null };
}
