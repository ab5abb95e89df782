import { hourMs } from "@/lib/format/time-units";
import type { EntryRule } from "@/lib/alerts/types";
import { addressText, networkSubject, timeText, value, valueOf } from "./text";

/** Someone is guessing passwords. */
export const signInLockout: EntryRule = {
  name: "sign-in-lockout",
  title: "Sign-in locked",
  severity: "medium",
  explanation:
    "Sign-ins to an account, or from a network, are refused for a while after too many failures. Someone forgot a password, or is guessing. Several locks from one network within an hour, or a lock of an account for all networks it hasn’t signed in from, mean guessing.",
  quietBecause:
    "A few wrong passwords lock nothing, and a single lock for one network is never more than medium.",
  watchesStaff: true,
  values: [
    value("locks", "Severity raised after, from one network in an hour", "locks", 3, [2, 1_000]),
  ],
  counter: (facts, values) =>
    facts.action === "account.locked"
      ? { key: facts.network ?? "unknown", windowMs: hourMs, max: valueOf(values, "locks") }
      : null,
  evaluate: (facts, { timestamps }, values) => {
    if (facts.action !== "account.locked") return null;
    const isSpread = facts.details["from"] === "unknown networks";
    const isGuessing = timestamps.length >= valueOf(values, "locks");
    const failures = String(facts.details["failures"]);
    const until = Date.parse(String(facts.details["until"]));
    const subject =
      isGuessing || facts.target === null
        ? networkSubject(facts)
        : { kind: facts.target.kind, id: facts.target.id, label: facts.target.label };
    return {
      subject,
      severity: isGuessing || isSpread ? "high" : "medium",
      summary: isGuessing
        ? `${timestamps.length} sign-ins were locked within an hour, all attempted from ${subject.label}.`
        : isSpread
          ? `Sign-in to ${subject.label} was locked for unknown networks after ${failures} failed attempts from many of them.`
          : `Sign-in was locked for ${subject.label} after ${failures} failed attempts from ${addressText(facts)}.`,
      surprise: `${failures} failed sign-ins from ${addressText(facts)}${Number.isNaN(until) ? "" : `, locked until ${timeText(until)}`}.`,
      baseline: "People sign in on the first or second attempt.",
    };
  },
};
