import type { EntryRule } from "@/lib/alerts/types";
import { addressText, identitySubject, onService } from "./text";

/** A suspended identity is still used. */
export const suspendedIdentity: EntryRule = {
  name: "suspended-identity",
  title: "Suspended identity used",
  severity: "high",
  explanation:
    "A certificate of a suspended identity was used, and the request was denied. The suspended client keeps trying, or someone else is using its key.",
  quietBecause:
    "Identities are suspended by a person, who expects their use to stop. All further attempts are grouped into one alert.",
  values: [],
  evaluate: (facts) => {
    const { identity, code } = facts;
    if (identity === null || code !== "identity.suspended") return null;
    return {
      subject: identitySubject(identity),
      severity: "high",
      summary: `${identity.name} is suspended and was used from ${addressText(facts)}${onService(facts)}.`,
      surprise: `Used while suspended, from ${addressText(facts)}${onService(facts)}.`,
      baseline: "A suspended identity is not used.",
    };
  },
};
