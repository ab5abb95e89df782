import type { EntryRule } from "@/lib/alerts/types";
import { addressText, identitySubject, listText, onService } from "./text";

/** A certificate is used outside the networks that its identity is allowed to use. */
export const outsideNetworks: EntryRule = {
  name: "outside-networks",
  title: "Used outside its networks",
  severity: "high",
  explanation:
    "A certificate was used from an address outside its identity's allowed networks, and the request was denied. This is often the first sign of a stolen key.",
  quietBecause:
    "The rule applies only to identities with allowed networks, which an administrator sets.",
  values: [],
  evaluate: (facts) => {
    const { identity, code } = facts;
    if (identity === null || code !== "certificate.network") return null;
    return {
      subject: identitySubject(identity),
      severity: "high",
      summary: `${identity.name} was used from ${addressText(facts)}${onService(facts)}, outside its allowed networks.`,
      surprise: `Used from ${addressText(facts)}.`,
      baseline: `Allowed from ${listText(identity.networks)}.`,
    };
  },
};
