import type { EntryRule } from "@/lib/alerts/types";
import { from, identitySubject, listWords, onWhat } from "./words";

/** A certificate turns up where it must not be used: stolen, or moved without a word. */
export const outsideNetworks: EntryRule = {
  name: "outside-networks",
  title: "Used outside its networks",
  severity: "high",
  explanation:
    "A certificate was used from an address outside the networks that its identity is allowed, and refused. That is how a stolen key shows itself first.",
  quietBecause: "It speaks only of identities whose networks an administrator has written down.",
  values: [],
  find: (facts) => {
    const { who, code } = facts;
    if (who === null || code !== "certificate.network") return null;
    return {
      subject: identitySubject(who),
      severity: "high",
      summary: `${who.name} was used from ${from(facts)}${onWhat(facts)}, outside its networks.`,
      surprise: `Used from ${from(facts)}.`,
      baseline: `Allowed from ${listWords(who.networks)}.`,
    };
  },
};
