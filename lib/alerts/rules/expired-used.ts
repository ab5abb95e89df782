import type { EntryRule, Facts, Values } from "@/lib/alerts/types";
import {
  certificateSubject,
  from,
  hour,
  minute,
  of,
  onWhat,
  spanWords,
  timeWords,
  value,
} from "./words";

const applies = ({ code, certificate }: Facts): boolean =>
  certificate !== null && code === "certificate.expired";
const burstMinutes = 10;

function severityOf(moments: number, missed: boolean, values: Values): "low" | "medium" | "high" {
  const burst = moments >= of(values, "burst");
  if (missed) return burst ? "medium" : "low";
  return burst ? "high" : "medium";
}

/** Mostly somebody forgot to rotate; long after the end, or again and again, somebody uses an old key. */
export const expiredUsed: EntryRule = {
  name: "expired-used",
  title: "Expired certificate used",
  severity: "medium",
  explanation:
    "A certificate was used after its end and refused. Within the first day that is a rotation that was missed, and its owner has an outage; later it is an old key in somebody's hands. Many uses within ten minutes raise the severity.",
  quietBecause:
    "Whoever rotates in time never shows an expired certificate. What is merely a missed rotation stays low, unless it hammers.",
  values: [
    value("missedHours", "A missed rotation, not a threat, for", "hours", 24, [0, 720]),
    value("burst", `Raised at so many uses in ${burstMinutes} minutes`, "uses", 20, [2, 10_000]),
  ],
  counts: (facts, values) =>
    applies(facts)
      ? { key: facts.certificate?.id ?? "", ms: burstMinutes * minute, most: of(values, "burst") }
      : null,
  find: (facts, { moments }, values) => {
    const { certificate, at } = facts;
    if (certificate === null || !applies(facts)) return null;
    const since = Math.max(0, at - certificate.notAfter);
    return {
      subject: certificateSubject(certificate),
      severity: severityOf(moments.length, since < of(values, "missedHours") * hour, values),
      summary: `${certificate.subject} expired ${spanWords(since)} ago and was used from ${from(facts)}${onWhat(facts)}.`,
      surprise: `Used ${spanWords(since)} after its end, from ${from(facts)}; ${moments.length} times within ${burstMinutes} minutes.`,
      baseline: `Valid until ${timeWords(certificate.notAfter)}; a successor takes over before that.`,
    };
  },
};
