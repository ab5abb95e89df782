import type { EntryRule, Facts } from "@/lib/alerts/types";
import {
  countWords,
  from,
  identitySubject,
  minute,
  networkSubject,
  of,
  onWhat,
  value,
} from "./words";

/** What was refused because Chancery could not decide in time (503) says nothing about who asked. */
const refused = ({ outcome, status, action }: Facts): boolean =>
  outcome === "denied" &&
  (action === "session.refused" ||
    ((action === "request.denied" || action === "request.refused") &&
      (status === 401 || status === 403)));

/** Who shows nothing at all is counted by address, and with more patience: probes and forgotten browser tabs do so all day. */
const named = ({ who, fingerprint, actor }: Facts): boolean =>
  who !== null || fingerprint !== null || actor.kind !== "anonymous";

/** Many refusals within minutes: somebody tries doors, or something is set up wrongly. */
export const refusalBurst: EntryRule = {
  name: "refusal-burst",
  title: "Burst of refusals",
  severity: "medium",
  explanation:
    "One identity, or one network, was refused many times within a few minutes: somebody is trying doors, or something was set up wrongly and hammers.",
  quietBecause:
    "Single refusals happen to everybody. Who shows no credential at all, as health checks and forgotten browser tabs do, is counted apart and much later.",
  values: [
    value("refusals", "Refusals of one identity or network", "refusals", 10, [2, 10_000]),
    value(
      "withoutCredential",
      "Refusals without any credential, of one network",
      "refusals",
      600,
      [2, 100_000],
    ),
    value("minutes", "Within", "minutes", 5, [1, 60]),
  ],
  counts: (facts, values) =>
    refused(facts)
      ? {
          key: `${facts.who?.id ?? facts.network ?? "unknown"} ${named(facts) || facts.action === "session.refused" ? "named" : "none"}`,
          ms: of(values, "minutes") * minute,
          most:
            named(facts) || facts.action === "session.refused"
              ? of(values, "refusals")
              : of(values, "withoutCredential"),
        }
      : null,
  find: (facts, { moments }, values) => {
    const limit =
      named(facts) || facts.action === "session.refused"
        ? of(values, "refusals")
        : of(values, "withoutCredential");
    if (!refused(facts) || moments.length < limit) return null;
    const whose = facts.who === null ? from(facts) : facts.who.name;
    return {
      subject: facts.who === null ? networkSubject(facts) : identitySubject(facts.who),
      severity: "medium",
      summary: `${whose} was refused ${limit} times or more within ${countWords(of(values, "minutes"), "minute")}, last${onWhat(facts)}${facts.code === null ? "" : ` (${facts.code})`}.`,
      surprise: `${limit} refusals or more within ${countWords(of(values, "minutes"), "minute")}, the last from ${from(facts)}${facts.code === null ? "" : `: ${facts.code}`}.`,
      baseline: `Fewer than ${limit} in ${countWords(of(values, "minutes"), "minute")}.`,
    };
  },
};
