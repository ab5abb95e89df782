import type { Actor } from "@/lib/access/actor";
import { findPowerRefusal } from "@/lib/identities/power";
import type { Identity } from "@/lib/identities/read-identities";
import type { RuleChecks } from "@/lib/pki/rule-checks";

/**
 * Refuses a certificate for an identity that confers power, if its requester may not have one. The
 * powers are those of the identity's epoch, which storing the plan compares.
 */
export function checkPower(
  requester: Actor,
  identity: Identity,
  act: "issue" | "rotate" | "make-key",
  checks: RuleChecks,
): void {
  const denied = findPowerRefusal(requester, identity, act);
  checks.add(
    act === "make-key" ? "key-confers-no-power" : "requester-may-act-for-identity",
    identity.powers.join(" ") || "no power",
    denied && { ...denied, path: "identity" },
  );
}
