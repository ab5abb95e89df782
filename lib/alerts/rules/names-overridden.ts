import type { EntryRule } from "@/lib/alerts/types";
import { listText } from "./text";

/**
 * Two identities have one name: an administrator let them, or an upgrade or Chancery's own host found
 * it so. The signer takes these entries as consent, so none of them may be quiet.
 */
export const namesOverridden: EntryRule = {
  name: "names-overridden",
  title: "Name shared or freed early",
  severity: "medium",
  explanation:
    "Several identities have overlapping names: an administrator lets them, or they had them before names were bound. Or an administrator gave a name away while a valid certificate of its former holder still carries it. Systems that trust the name can't tell these identities apart.",
  quietBecause:
    "Names rarely need to be shared, and a name is free once its certificates have expired.",
  watchesStaff: true,
  values: [],
  evaluate: ({ action, details, target }) => {
    const isUpgraded =
      action === "identity.names-upgraded" &&
      Array.isArray(details["shares"]) &&
      details["shares"].length > 0;
    const isShared = action === "identity.names-shared" || isUpgraded;
    const isFreed =
      (action === "identity.names-released" || action === "identity.names-transferred") &&
      details["onRelease"] === "free";
    if (target === null || (!isShared && !isFreed)) return null;
    const names = Array.isArray(details["names"]) ? listText(details["names"].map(String)) : "none";
    return {
      subject: target,
      severity: "medium",
      summary: isShared
        ? `${target.label} now shares ${names} with other identities.`
        : `${names} of ${target.label} can be held by another identity, although certificates may still carry it.`,
      surprise: isShared ? `Shared: ${names}.` : `Freed early: ${names}.`,
      baseline: "A name is held by one identity.",
    };
  },
};
