import type { EntryRule, Subject } from "@/lib/alerts/types";

/**
 * A service chooses the names of its sources. All sources of one identity are one subject, so that
 * a service can't open an alert for each name it invents.
 */
function subjectOf({ id, label }: Subject): Subject {
  const [, identity] = /^(idn_[0-9a-z]{26})\//.exec(id) ?? [];
  return identity === undefined
    ? { kind: "source", id, label }
    : { kind: "identity", id: identity, label: identity };
}

/** Entries that a source numbered are missing from the log. */
export const sourceGap: EntryRule = {
  name: "source-gap",
  title: "Entries of a source are missing",
  severity: "high",
  explanation:
    "A process or service numbers what it reports, and some of the numbers that it confirmed never reached the log. Entries were lost on the way, or removed.",
  quietBecause:
    "A number counts as missing only after its source has confirmed it. Sources also report the numbers that they did not use.",
  values: [],
  evaluate: ({ action, details, target }) => {
    if (action !== "source.gap" || target === null) return null;
    const count = Number(details["count"]);
    const missing = String(details["missing"]);
    const entries = `${count.toLocaleString("en-US")} ${count === 1 ? "entry" : "entries"}`;
    return {
      subject: subjectOf(target),
      severity: "high",
      summary: `${entries} of ${target.label} never reached the log: ${missing.slice(0, 100)}.`,
      surprise: `Missing: ${missing.slice(0, 300)}.`,
      baseline: "Every number that a source confirmed is in the log.",
    };
  },
};
