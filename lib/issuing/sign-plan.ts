import { sha256 } from "@/lib/format/hash";
import type { EntryId } from "@/lib/format/ids";
import type { Actor } from "@/lib/access/actor";
import { certificateTarget } from "@/lib/certificates/certificate-dto";
import { findCertificate, type Certificate } from "@/lib/certificates/get-certificate";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { encodeEntry } from "@/lib/log/entry";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { trackCommit, makeNumberedEntry } from "@/lib/log/record/entry-numbers";
import type { ServerKeyDetail } from "@/lib/log/detail-types";
import type { NewEntry } from "@/lib/log/types";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { issuedEntry } from "./issuance-plan";
import { storeSignature } from "./issuance-repository";
import { markFailed, markIssued, markSuperseded, setSupersedeAt } from "./plan-repository";
import { revokePlan } from "./plans/revoke-plan";

export type SignDeps = Pick<Deps, "db" | "clock" | "recorder" | "signer">;
/** A committed plan, as far as signing needs it. */
export type SignablePlan = Readonly<{
  id: string;
  commonName: string;
  subjectText: string;
  serial: Uint8Array;
  tbsDer: Uint8Array;
  planEntryId: string;
  predecessorId: string | null;
  /** For a rotation: when the predecessor is revoked. */
  supersedeAt: Date | null;
  /** Set where Chancery made the key: what the entries say of it. */
  serverKeyDetail?: ServerKeyDetail | undefined;
}>;
export type SignedPlan = Readonly<{
  der: Uint8Array;
  issuedAt: Date;
  /** Null if another process committed the certificate. */
  entryId: EntryId | null;
}>;

/**
 * Signs a committed plan and commits the certificate with its entry; only then may the certificate
 * leave the process. `resultOf` is the answer to the request, which is stored under its
 * Idempotency-Key in the same transaction. A plan that can't be signed is marked failed; one that
 * may have been signed although the caller hears that it was not is revoked. Both with their entry.
 * Errors: those of the signer, `record.unavailable`, `outcome.unknown`, `certificate.closed`,
 * `certificate.revoked-unissued`.
 */
export async function signPlan(
  deps: SignDeps,
  actor: Actor,
  plan: SignablePlan,
  resultOf: ResultOf | null = null,
): Promise<SignedPlan> {
  const der = await sign(deps, plan).catch((error: unknown) =>
    failAndRethrow(deps, actor, plan, error),
  );
  const signed = { der, issuedAt: deps.clock.now() };
  const entryId = await store(deps, actor, plan, signed, resultOf).catch((error: unknown) =>
    closeAndRethrow(deps, actor, plan, error),
  );
  return entryId === null ? readStored(deps, plan.id) : { ...signed, entryId };
}

async function store(
  deps: SignDeps,
  actor: Actor,
  plan: SignablePlan,
  signed: Signed,
  resultOf: ResultOf | null,
): Promise<EntryId | null> {
  const predecessor =
    plan.predecessorId === null ? null : await findCertificate(deps, plan.predecessorId);
  return predecessor
    ? storeRotation(deps, actor, plan, predecessor, signed, resultOf)
    : storeIssued(deps, actor, plan, signed, resultOf);
}

type Signed = Pick<SignedPlan, "der" | "issuedAt">;
/** The result of the request that a certificate is issued for. */
type ResultOf = (signed: SignedPlan) => MaybeRecorded<unknown>;

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
  // Without an answer of the signer the signature may exist.
  const mayExist = !isAppError(error) || maySigned.has(error.code);
  const entryId = mayExist
    ? await revokePlan(deps, actor, plan).catch(() => "open" as const)
    : await failPlan(deps, actor, plan, cause).catch(() => null);
  if (!isAppError(error)) throw error;
  const details = { certificateId: plan.id };
  if (entryId === "open" && deps.recorder.scope?.claim) throw leftOpen(error, details);
  const isClosed = entryId !== null && entryId !== "open";
  throw new AppError(error.code, error.message, {
    cause: error,
    ...(isClosed ? { recordedAs: entryId, details } : {}),
  });
}

/** Errors after which a signature may exist. */
const maySigned: ReadonlySet<string> = new Set([
  "signer.unavailable",
  "signer.failed",
  "signer.certificate-differs",
]);

/**
 * The certificate could not be stored. Where it is certain that it was not, its plan is revoked
 * before the caller hears so. If it can't be revoked now, the leader does that later
 * (`reconcilePendingIssuances`), unless a repeated request with the same Idempotency-Key finishes
 * the plan first: with a key, the outcome is then unknown.
 */
async function closeAndRethrow(
  deps: SignDeps,
  actor: Actor,
  plan: SignablePlan,
  error: unknown,
): Promise<never> {
  const details = { certificateId: plan.id };
  if (isAppError(error) && error.code === "outcome.unknown")
    throw new AppError(error.code, error.message, {
      cause: error.cause,
      details,
      retryAfterSeconds: 2,
    });
  // Another run of the same request signs the plan.
  if (isAppError(error) && error.code === "idempotency.taken-over") throw error;
  const revokedAs = await revokePlan(deps, actor, plan).catch(() => "open" as const);
  if (isAppError(error) && error.code !== "record.unavailable") throw error;
  const isRevokedHere = revokedAs !== null && revokedAs !== "open";
  if (!isRevokedHere && deps.recorder.scope?.claim) throw leftOpen(error, details);
  const ofSerial =
    revokedAs === "open" ? "will be revoked once the database answers" : "is revoked";
  throw new AppError(
    "record.unavailable",
    `The certificate could not be recorded in the audit log, so it was not issued. Its serial number ${ofSerial}. Try again in a moment.`,
    { retryAfterSeconds: 2, cause: error, details, recordedAs: plan.planEntryId as EntryId },
  );
}

/** For a plan that a repeated request with the same key may still finish. */
const leftOpen = (cause: unknown, details: Readonly<{ certificateId: string }>): AppError =>
  new AppError(
    "outcome.unknown",
    "The certificate could not be completed, and it isn't known whether its plan was closed. Repeat the request with the same Idempotency-Key: it gets this certificate or another one. If it isn't repeated, a serial number that was planned is revoked once the database answers.",
    { retryAfterSeconds: 2, cause, details },
  );

async function storeIssued(
  deps: SignDeps,
  actor: Actor,
  plan: SignablePlan,
  { der, issuedAt }: Signed,
  resultOf: ResultOf | null,
): Promise<EntryId | null> {
  const record = makeNumberedEntry(deps.recorder, actor, issuedEntry(plan, der), issuedAt);
  const { id: entryId } = record;
  const { scope } = deps.recorder;
  const claim = scope?.claim ?? null;
  const answer = claim &&
    resultOf && { claim, content: claim.answerOf(resultOf({ der, issuedAt, entryId })) };
  const isStored = await trackCommit(deps.recorder, [record], () =>
    storeSignature(deps.db, {
      id: plan.id,
      der,
      issuedAt,
      entry: encodeEntry(record),
      entryId,
      answer,
    }),
  );
  if (isStored && scope && answer) scope.answered.stored = true;
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
  { der, issuedAt }: Signed,
  resultOf: ResultOf | null,
): Promise<EntryId | null> {
  const signed = { der, fingerprintSha256: sha256(der), issuedAt };
  // The entry's ID is not known yet; whoever answers adds it.
  const answer = resultOf?.({ der, issuedAt, entryId: null }).result;
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
    return { result: null, entries, about: plan.id, ...(answer === undefined ? {} : { answer }) };
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
