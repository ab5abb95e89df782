import type { Actor } from "@/lib/access/actor";
import { isAboutActor } from "@/lib/alerts/assert-may-silence";
import type { MatchedAlert } from "@/lib/alerts/list-matching-alerts";
import { explainPower } from "@/lib/identities/power";
import type { IdentityPower } from "@/lib/identities/schema";
import type { AlertAct, Exclusion } from "@/lib/bulk/schema";
import { powerOf } from "./decide-item";

const powerActs = {
  acknowledge: "acknowledge-alert",
  "assign-alert": "acknowledge-alert",
  resolve: "resolve-alert",
} as const;

/** Why a bulk action leaves an alert alone; null if it can be changed. Pure. */
export function alertExcludedBecause(
  row: MatchedAlert,
  { act, assignee }: Readonly<{ act: AlertAct; assignee?: string | null | undefined }>,
  { actor, powers }: Readonly<{ actor: Actor; powers: readonly IdentityPower[] }>,
): Exclusion | null {
  if (row.status === "resolved") return "already-resolved";
  if (act === "acknowledge" && row.status === "acknowledged") return "already-acknowledged";
  if (act === "assign-alert" && row.assignedTo === assignee) return "same-assignee";
  if (act === "resolve" && isAboutActor(actor, row.subjectId)) return "about-you";
  const powerAct = powerActs[act];
  const denied = explainPower(actor, { name: "", powers }, [powerAct])[powerAct];
  if (denied === undefined) return null;
  return powers.includes("chancery") ? "own" : powerOf(powers);
}

/** The state that a dry run saw: what the action would change; of `assign-alert` the ID of the assignee. */
export function seenAlertState(
  act: AlertAct,
  { status, assignedTo }: Pick<MatchedAlert, "status" | "assignedTo">,
): string {
  if (act === "acknowledge" || status === "resolved") return status;
  return act === "resolve" ? "unresolved" : (assignedTo ?? "");
}
