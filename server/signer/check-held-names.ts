import { minuteMs } from "@/lib/format/time-units";
import { readCarriedName, rowCovers, type ListedName } from "@/lib/pki/held-names/carried-name";
import { describeHeldName } from "@/lib/pki/held-names/held-name";
import type { NameRow } from "./held-names";
import type { StoredPlan } from "./read-stored-plans";
import { refuse } from "./refuse";

/** A release waits for the plans of its identity, with a time from before it waited. */
const lockWaitMs = minuteMs;

/**
 * The rows that give the plan names. One that its identity gave up after the plan is reserved for it
 * because of the plan, and counts; so does, in a rotation, a former common name that is reserved for
 * it.
 */
export function rowsAsOfPlan(
  { predecessorId, createdAt }: StoredPlan,
  rows: readonly NameRow[],
): NameRow[] {
  const planned = createdAt.getTime() - lockWaitMs;
  return rows.filter(
    ({ type, state, changedAt }) =>
      state === "held" ||
      changedAt.getTime() >= planned ||
      (type === "cn" && predecessorId !== null),
  );
}

/**
 * Repeats the match of the names in the bytes with those that the identity holds (decision 16).
 * Throws `signer.name-not-held`.
 */
export function checkHeldNames(
  plan: StoredPlan,
  names: readonly ListedName[],
  rows: readonly NameRow[],
): void {
  const counting = rowsAsOfPlan(plan, rows);
  const lacking = names.find((listed) => {
    const name = readCarriedName(listed.type, listed.value);
    return !counting.some((row) => rowCovers(row, name));
  });
  if (lacking)
    refuse(
      "signer.name-not-held",
      `${plan.id} wasn't signed: ${plan.identityName} doesn't hold ${describeHeldName(lacking)}. Add the name to the identity and request the certificate again.`,
    );
}
