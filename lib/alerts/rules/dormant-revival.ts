import { dayMs } from "@/lib/format/time-units";
import type { EntryRule } from "@/lib/alerts/types";
import {
  addressText,
  countText,
  identitySubject,
  onService,
  spanText,
  timeText,
  value,
  valueOf,
} from "./text";

/** An identity that was unused for months is used. */
export const dormantRevival: EntryRule = {
  name: "dormant-revival",
  title: "Used again after a long time",
  severity: "medium",
  explanation:
    "An identity that was not used for months is used again. If a forgotten key is stolen, no one notices.",
  quietBecause:
    "The alert opens only after two months without any use, and once per return. For something that runs once a quarter, create an exception.",
  values: [value("days", "Unused for", "days", 60, [1, 400])],
  evaluate: (facts, { baseline }, values) => {
    const { identity, at } = facts;
    if (
      identity === null ||
      baseline === null ||
      !facts.isAuthenticated ||
      facts.service === null ||
      at - baseline.lastAt < valueOf(values, "days") * dayMs
    )
      return null;
    const unused = spanText(at - baseline.lastAt);
    return {
      subject: identitySubject(identity),
      severity: "medium",
      summary: `${identity.name} was used again after ${unused}, from ${addressText(facts)}${onService(facts)}.`,
      surprise: `Used after ${unused} without activity.`,
      baseline: `Last used ${timeText(baseline.lastAt)}, after ${countText(baseline.count, "use")}.`,
    };
  },
};
