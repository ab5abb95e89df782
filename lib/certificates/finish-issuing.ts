import { createHash } from "node:crypto";
import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { encodeEntry } from "@/lib/log/entry";
import { accountFor, makeNumbered } from "@/lib/log/numbered";
import type { NewEntry } from "@/lib/log/types";
import { markFailed, markIssued, markRevoked, setSupersedeAt } from "./certificates-repository";
import { storeSignature } from "./issuing-repository";
import { certificateTarget, issuedEntry } from "./plan-row";
import { findCertificateRow } from "./rows-repository";
import type { CertificateRow } from "./types";

export type FinishDeps = Pick<Deps, "db" | "clock" | "random" | "signer" | "source">;
export type Unsigned = Readonly<{
  id: string;
  commonName: string;
  subjectText: string;
  serial: Uint8Array;
  tbsDer: Uint8Array;
  predecessorId: string | null;
  /** For a rotation: when the predecessor ends. */
  supersedeAt: Date | null;
}>;
export type Finished = Readonly<{
  der: Uint8Array;
  issuedAt: Date;
  /** Null if another node recorded it. */
  entryId: string | null;
}>;

const notWaiting = (): AppError =>
  new AppError("certificate.not-waiting", "This plan does not wait for a signature any more.", {
    kind: "conflict",
  });

/** Rolls a transaction back without an error for the caller: what it was for has happened already. */
function noneIfNotWaiting(error: unknown): { entryIds: string[] } {
  if (isAppError(error) && error.code === "certificate.not-waiting") return { entryIds: [] };
  throw error;
}

/** The DER begins with its own header and then the exact bytes that were planned. */
function holdsPlannedBytes(der: Uint8Array, tbsDer: Uint8Array): boolean {
  const first = der[1] ?? 0,
    start = first < 0x80 ? 2 : 2 + (first & 0x7f);
  return Buffer.compare(der.subarray(start, start + tbsDer.length), tbsDer) === 0;
}

async function sign(deps: FinishDeps, plan: Unsigned): Promise<Uint8Array> {
  const der = await deps.signer.signCertificate(plan.id);
  if (!holdsPlannedBytes(der, plan.tbsDer))
    throw new AppError(
      "signer.plan-differs",
      "The signer signed something else than was planned.",
      { kind: "unavailable" },
    );
  return der;
}

/** Closes a plan that could not be signed, with its entry. Does nothing if it is not waiting any more. */
export async function failPlan(
  deps: Pick<Deps, "db" | "clock" | "random" | "source">,
  actor: Actor,
  plan: Pick<Unsigned, "id" | "commonName" | "subjectText">,
  cause: string,
): Promise<string | null> {
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    if (!(await markFailed(tx, plan.id))) throw notWaiting();
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
  }).catch(noneIfNotWaiting);
  return entryIds[0] ?? null;
}

async function storeAlone(
  deps: FinishDeps,
  actor: Actor,
  plan: Unsigned,
  der: Uint8Array,
  issuedAt: Date,
): Promise<string | null> {
  const record = makeNumbered(deps, actor, issuedEntry(plan, der), issuedAt);
  const isStored = await accountFor(deps, record, async () =>
    storeSignature(deps.db, {
      id: plan.id,
      der,
      issuedAt,
      entry: encodeEntry(record),
      entryId: record.id,
    }),
  );
  return isStored ? record.id : null;
}

/** The signed successor and the end of its predecessor commit together: there is no moment in which only one of them is true. */
async function storeRotation(
  deps: FinishDeps,
  actor: Actor,
  plan: Unsigned,
  predecessor: CertificateRow,
  der: Uint8Array,
  issuedAt: Date,
): Promise<string | null> {
  const signed = { der, fingerprintSha256: createHash("sha256").update(der).digest(), issuedAt };
  const supersedeAt = plan.supersedeAt ?? issuedAt;
  const target = certificateTarget(predecessor);
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    if (!(await markIssued(tx, plan.id, signed))) throw notWaiting();
    const entries: [NewEntry, ...NewEntry[]] = [
      issuedEntry(plan, der),
      {
        action: "certificate.rotated",
        outcome: "success",
        target,
        details: { successorId: plan.id, supersedeAt: supersedeAt.toISOString() },
      },
    ];
    const isInForce =
      predecessor.notAfter >= issuedAt && (await setSupersedeAt(tx, predecessor.id, supersedeAt));
    if (
      isInForce &&
      supersedeAt <= issuedAt &&
      (await markRevoked(tx, predecessor.id, {
        reason: "superseded",
        comment: "",
        invalidityDate: null,
        at: issuedAt,
      }))
    ) {
      const revokedAt = (predecessor.revokedAt ?? issuedAt).toISOString();
      entries.push({
        action: "certificate.revoked",
        outcome: "success",
        target,
        details: {
          reason: "superseded",
          comment: "",
          invalidityDate: null,
          revokedAt,
          raised: false,
        },
      });
    }
    return { result: null, entries };
  }).catch(noneIfNotWaiting);
  return entryIds[0] ?? null;
}

/** Somebody closed the plan first (the clean-up of another node): what is stored counts, not what was just signed. */
async function asStored(deps: FinishDeps, id: string): Promise<Finished> {
  const row = await findCertificateRow(deps.db, id);
  if (!row?.der || !row.issuedAt)
    throw new AppError(
      "certificate.closed",
      "This request was closed before it was signed. Ask again.",
      { kind: "unavailable", retryAfterSeconds: 1 },
    );
  return { der: row.der, issuedAt: row.issuedAt, entryId: null };
}

/**
 * Signs a committed plan and commits the result with its entry; only then the bytes may leave. What fails closes the plan, on the record.
 * Errors: those of the signer, `record.unavailable`, `certificate.closed`.
 */
export async function finishIssuing(
  deps: FinishDeps,
  actor: Actor,
  plan: Unsigned,
): Promise<Finished> {
  let der: Uint8Array;
  try {
    der = await sign(deps, plan);
  } catch (error) {
    const entryId = await failPlan(
      deps,
      actor,
      plan,
      isAppError(error) ? error.code : "signer.failed",
    );
    if (!isAppError(error)) throw error;
    throw new AppError(error.code, error.message, {
      kind: error.kind,
      cause: error,
      details: entryId ? { entryId, certificateId: plan.id } : {},
    });
  }
  const issuedAt = deps.clock.now();
  const predecessor =
    plan.predecessorId === null ? null : await findCertificateRow(deps.db, plan.predecessorId);
  const entryId = predecessor
    ? await storeRotation(deps, actor, plan, predecessor, der, issuedAt)
    : await storeAlone(deps, actor, plan, der, issuedAt);
  return entryId === null ? asStored(deps, plan.id) : { der, issuedAt, entryId };
}
