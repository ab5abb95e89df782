import type { EntryRule } from "@/lib/alerts/types";
import { from, hour, networkSubject, of, timeWords, value } from "./words";

/** Somebody guesses passwords. */
export const signInLockout: EntryRule = {
  name: "sign-in-lockout",
  title: "Sign-in locked",
  severity: "medium",
  explanation:
    "So many sign-ins failed that an account, or an address, was locked for a while: somebody has forgotten a password, or guesses. Several locks from one network within an hour are somebody who guesses.",
  quietBecause: "A few wrong passwords lock nothing; and one lock alone is no more than medium.",
  values: [
    value("locks", "Raised at so many locks of one network in an hour", "locks", 3, [2, 1_000]),
  ],
  counts: (facts, values) =>
    facts.action === "account.locked"
      ? { key: facts.network ?? "unknown", ms: hour, most: of(values, "locks") }
      : null,
  find: (facts, { moments }, values) => {
    if (facts.action !== "account.locked") return null;
    const many = moments.length >= of(values, "locks"),
      until = Date.parse(String(facts.details["until"]));
    const subject =
      many || facts.target === null
        ? networkSubject(facts)
        : { kind: facts.target.kind, id: facts.target.id, label: facts.target.label };
    return {
      subject,
      severity: many ? "high" : "medium",
      summary: many
        ? `${moments.length} sign-ins were locked within an hour, all tried from ${subject.label}.`
        : `Sign-in was locked for ${subject.label} after ${String(facts.details["failures"])} failures from ${from(facts)}.`,
      surprise: `${String(facts.details["failures"])} failed sign-ins from ${from(facts)}${Number.isNaN(until) ? "" : `, locked until ${timeWords(until)}`}.`,
      baseline: "People get in at the first or second try.",
    };
  },
};
