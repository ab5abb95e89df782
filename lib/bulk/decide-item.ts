import type { Actor } from "@/lib/access/actor";
import type { Certificate } from "@/lib/certificates/get-certificate";
import { explainPower } from "@/lib/identities/power";
import type { IdentityPower } from "@/lib/identities/schema";
import type { BulkAct, BulkInput, Exclusion } from "./schema";

export type ItemRow = Pick<
  Certificate,
  "id" | "state" | "notAfter" | "identityId" | "identityName" | "identityKind" | "revocationReason"
>;

/**
 * Why a bulk action leaves a certificate alone; null if it can be changed. Chancery's own are always
 * left alone: who wants to revoke one, does it on its page. Pure.
 */
export function excludedBecause(
  row: ItemRow,
  { act, reason }: Pick<BulkInput, "act" | "reason">,
  { actor, powers, now }: Readonly<{ actor: Actor; powers: readonly IdentityPower[]; now: Date }>,
): Exclusion | null {
  if (row.identityKind === "system") return "own";
  const denied = explainPower(actor, { name: row.identityName, powers }, [act])[act];
  if (denied !== undefined) return "power";
  return stateExcludes(act, row, reason, now);
}

function stateExcludes(
  act: BulkAct,
  { state, revocationReason, notAfter }: ItemRow,
  reason: string | undefined,
  now: Date,
): Exclusion | null {
  if (act === "release") return state === "held" ? null : "not-held";
  if (state === "revoked") {
    const raises = reason === "keyCompromise" && revocationReason !== "keyCompromise";
    return act === "revoke" && raises ? null : "already-revoked";
  }
  if (act === "revoke") return null;
  if (state === "held") return "already-held";
  if (state !== "issued") return "not-issued";
  return notAfter < now ? "expired" : null;
}

/**
 * The state that a dry run saw. A certificate is changed only if it still is in it; that it expired
 * meanwhile is no other state.
 */
export const seenState = ({ state, revocationReason }: ItemRow): string =>
  state === "revoked" ? `revoked ${revocationReason ?? ""}` : state;
