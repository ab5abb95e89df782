import type { EntryRule, Subject } from "@/lib/alerts/types";
import { countWords } from "./words";

/** A service may call its sources as it likes: all of one identity are one subject, or it could make up as many alerts as names. */
function subjectOf({ id, label }: Subject): Subject {
  const [, identity] = /^(idn_[0-9a-z]{26})\//.exec(id) ?? [];
  return identity === undefined
    ? { kind: "source", id, label }
    : { kind: "identity", id: identity, label: identity };
}

/** Somebody's entries went missing on their way into the log. */
export const sourceGap: EntryRule = {
  name: "source-gap",
  title: "Entries of a source never arrived",
  severity: "high",
  explanation:
    "A process or a service numbers what it reports, and numbers that it counted as reported never arrived in the log. Something was lost on the way, or taken out.",
  quietBecause:
    "A number counts as missing only after its source has said that it is settled; numbers that were given up are said, too.",
  values: [],
  find: ({ action, details, target }) => {
    if (action !== "source.gap" || target === null) return null;
    const count = Number(details["count"]),
      missing = String(details["missing"]);
    return {
      subject: subjectOf(target),
      severity: "high",
      summary: `${countWords(count, "entry").replace("entrys", "entries")} of ${target.label} never arrived: ${missing.slice(0, 100)}.`,
      surprise: `Missing: ${missing.slice(0, 300)}.`,
      baseline: "Every number that a source has settled is in the log.",
    };
  },
};
