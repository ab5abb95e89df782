import type { EntryRule } from "@/lib/alerts/types";
import { from, identitySubject, onWhat } from "./words";

/** Somebody goes on as an identity that was stopped. */
export const suspendedIdentity: EntryRule = {
  name: "suspended-identity",
  title: "Suspended identity used",
  severity: "high",
  explanation:
    "A certificate of a suspended identity was used, and refused. Whoever was stopped goes on trying, or somebody else does in its name.",
  quietBecause:
    "An identity is suspended by hand, so that it stops. What still runs in its name is one alert, however often it tries.",
  values: [],
  find: (facts) => {
    const { who, code } = facts;
    if (who === null || code !== "identity.suspended") return null;
    return {
      subject: identitySubject(who),
      severity: "high",
      summary: `${who.name} is suspended and was used from ${from(facts)}${onWhat(facts)}.`,
      surprise: `Used while suspended, from ${from(facts)}${onWhat(facts)}.`,
      baseline: "A suspended identity is not used.",
    };
  },
};
