import type { EntryRule } from "@/lib/alerts/types";
import {
  countWords,
  day,
  from,
  identitySubject,
  of,
  onWhat,
  spanWords,
  timeWords,
  value,
} from "./words";

/** What nobody has used for months is used. */
export const dormantRevival: EntryRule = {
  name: "dormant-revival",
  title: "Used again after a long time",
  severity: "medium",
  explanation:
    "An identity that nobody has used for months is used again. Forgotten keys are the ones that nobody misses.",
  quietBecause:
    "It speaks only after two months without any use, and once for each return. What runs once a quarter is best given an exception.",
  values: [value("days", "Unused for", "days", 60, [1, 400])],
  find: (facts, { known }, values) => {
    const { who, at } = facts;
    if (
      who === null ||
      known === null ||
      !facts.proved ||
      facts.service === null ||
      at - known.lastAt < of(values, "days") * day
    )
      return null;
    return {
      subject: identitySubject(who),
      severity: "medium",
      summary: `${who.name} was used again after ${spanWords(at - known.lastAt)}, from ${from(facts)}${onWhat(facts)}.`,
      surprise: `Used after ${spanWords(at - known.lastAt)} of silence.`,
      baseline: `Last used ${timeWords(known.lastAt)}, after ${countWords(known.count, "use")}.`,
    };
  },
};
