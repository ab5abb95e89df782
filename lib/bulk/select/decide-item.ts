import type { Actor } from "@/lib/access/actor";
import type { Certificate } from "@/lib/certificates/get-certificate";
import { earlier } from "@/lib/certificates/request-rotation";
import { explainPower } from "@/lib/identities/power";
import type { MatchedIdentity } from "@/lib/identities/read-identities";
import type { IdentityPower } from "@/lib/identities/schema";
import type { BulkInput, CertificateAct, Exclusion, IdentityAct } from "@/lib/bulk/schema";

export type ItemRow = Pick<
  Certificate,
  | "id"
  | "state"
  | "notAfter"
  | "identityId"
  | "identityName"
  | "identityKind"
  | "revocationReason"
  | "successorId"
  | "rotateBy"
  | "rotationFulfilled"
>;
type CertificateChange = Readonly<{
  act: CertificateAct;
  reason?: BulkInput["reason"];
  /** Until when what is to be rotated has to be. */
  replaceBy: Date | null;
}>;

/**
 * Why a bulk action leaves a certificate alone; null if it can be changed. Chancery's own are always
 * left alone: who wants to revoke one, does it on its page. Pure.
 */
export function excludedBecause(
  row: ItemRow,
  change: CertificateChange,
  { actor, powers, now }: Readonly<{ actor: Actor; powers: readonly IdentityPower[]; now: Date }>,
): Exclusion | null {
  if (row.identityKind === "system") return "own";
  const denied = explainPower(actor, { name: row.identityName, powers }, [change.act])[change.act];
  if (denied !== undefined) return powerOf(powers);
  return stateExcludes(change, row, now);
}

const identityPowerActs = { suspend: "suspend", activate: "activate", assign: "owner" } as const;

/** Why a bulk action leaves an identity alone; null if it can be changed. Pure. */
export function identityExcludedBecause(
  row: Pick<MatchedIdentity, "name" | "kind" | "status" | "owner" | "powers">,
  { act, owner }: Readonly<{ act: IdentityAct; owner?: string | undefined }>,
  actor: Actor,
): Exclusion | null {
  if (row.kind === "system") return "own";
  const powerAct = identityPowerActs[act];
  if (explainPower(actor, row, [powerAct])[powerAct] !== undefined) return powerOf(row.powers);
  if (act === "assign") return row.owner === owner ? "same-owner" : null;
  if (act === "suspend") return row.status === "suspended" ? "already-suspended" : null;
  return row.status === "active" ? "already-active" : null;
}

/** The power that keeps an operator from changing it. */
export const powerOf = (powers: readonly IdentityPower[]): Exclusion =>
  powers.includes("signs-in") ? "signs-in" : powers.includes("ca") ? "ca" : "proxy";

function stateExcludes(
  { act, reason, replaceBy }: CertificateChange,
  row: ItemRow,
  now: Date,
): Exclusion | null {
  const { state, revocationReason, notAfter } = row;
  if (act === "release") return state === "held" ? null : "not-held";
  if (state === "revoked") {
    const raises = reason === "keyCompromise" && revocationReason !== "keyCompromise";
    return act === "revoke" && raises ? null : "already-revoked";
  }
  if (act === "revoke") return null;
  if (state === "held") return "already-held";
  if (state !== "issued") return "not-issued";
  if (notAfter < now) return "expired";
  if (act === "cancel-rotation-request")
    return rotateByOf(row) === null ? "rotation-not-requested" : null;
  return replaceBy === null ? null : rotationExcludes(row, replaceBy);
}

/** By when it is to be replaced, as far as nothing replaces it yet. */
const rotateByOf = ({ rotateBy, rotationFulfilled }: ItemRow): Date | null =>
  rotationFulfilled ? null : rotateBy;

function rotationExcludes(row: ItemRow, replaceBy: Date): Exclusion | null {
  const { successorId, notAfter } = row;
  if (successorId !== null) return "replaced";
  const rotateBy = rotateByOf(row);
  const isEarlier = rotateBy !== null && rotateBy <= earlier(replaceBy, notAfter);
  return isEarlier ? "rotation-requested" : null;
}

/**
 * The state that a dry run saw. A certificate is changed only if it still is in it; that it expired
 * meanwhile is no other state.
 */
export function seenState(act: CertificateAct, row: ItemRow): string {
  const { state, revocationReason, successorId } = row;
  if (act === "request-rotation" || act === "cancel-rotation-request")
    return `${state} ${successorId ?? ""} ${rotateByOf(row)?.toISOString() ?? ""}`;
  return state === "revoked" ? `revoked ${revocationReason ?? ""}` : state;
}

/** The same for an identity: what the action would change. */
export const seenIdentityState = (
  act: IdentityAct,
  { status, owner }: Pick<MatchedIdentity, "status" | "owner">,
): string => (act === "assign" ? owner : status);
