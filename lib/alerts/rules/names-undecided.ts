import type { EntryRule } from "@/lib/alerts/types";
import { countText } from "./text";

/** Names of certificates from before names were bound are waiting for an administrator. */
export const namesUndecided: EntryRule = {
  name: "names-undecided",
  title: "Names to decide",
  severity: "medium",
  explanation:
    "Names are not enforced yet, or certificates of two identities carry overlapping names. Until an administrator decides, certificates with names that are not held are still issued. Open Identities → Name conflicts.",
  quietBecause:
    "It is reported once a day, in one alert, and only until names are enforced and every conflict is decided.",
  values: [],
  evaluate: ({ action, details, target }) => {
    if (action !== "names.undecided" || target === null) return null;
    const unbound = countText(Number(details["unbound"]), "certificate");
    const conflicts = countText(Number(details["conflicts"]), "conflict");
    const isObserved = details["binding"] === "observed";
    return {
      subject: target,
      severity: "medium",
      summary: isObserved
        ? `Names are not enforced: ${unbound} with names that are not held, ${conflicts}.`
        : `${conflicts} between names of identities to decide.`,
      surprise: `${unbound} with names that are not held, ${conflicts}.`,
      baseline: "Names are enforced, and each is held by one identity or shared by decision.",
    };
  },
};
