import { hourMs, minuteMs } from "@/lib/format/time-units";
import type { EntryFacts, EntryRule, Values } from "@/lib/alerts/types";
import {
  addressText,
  certificateSubject,
  onService,
  spanText,
  timeText,
  value,
  valueOf,
} from "./text";

const applies = ({ code, certificate }: EntryFacts): boolean =>
  certificate !== null && code === "certificate.expired";
const burstMinutes = 10;

function severityOf(
  uses: number,
  isMissedRotation: boolean,
  values: Values,
): "low" | "medium" | "high" {
  const isBurst = uses >= valueOf(values, "burst");
  if (isMissedRotation) return isBurst ? "medium" : "low";
  return isBurst ? "high" : "medium";
}

/** Usually a missed rotation; long after the expiration, or repeated, someone using an old key. */
export const expiredUsed: EntryRule = {
  name: "expired-used",
  title: "Expired certificate used",
  severity: "medium",
  explanation:
    "A certificate was used after it expired, and the request was denied. Within the first day this is usually a missed rotation and an outage for its owner; later, someone is using an old key. Many uses within ten minutes raise the severity.",
  quietBecause:
    "Clients that rotate in time never present an expired certificate. A missed rotation alone stays low, unless the client keeps retrying.",
  values: [
    value("missedHours", "Counts as a missed rotation for", "hours", 24, [0, 720]),
    value("burst", `Severity raised after, in ${burstMinutes} minutes`, "uses", 20, [2, 10_000]),
  ],
  counter: (facts, values) =>
    applies(facts)
      ? {
          key: facts.certificate?.id ?? "",
          windowMs: burstMinutes * minuteMs,
          max: valueOf(values, "burst"),
        }
      : null,
  evaluate: (facts, { timestamps }, values) => {
    const { certificate, at } = facts;
    if (certificate === null || !applies(facts)) return null;
    const expiredMs = Math.max(0, at - certificate.notAfter);
    const isMissedRotation = expiredMs < valueOf(values, "missedHours") * hourMs;
    const times = timestamps.length === 1 ? "once" : `${timestamps.length} times`;
    return {
      subject: certificateSubject(certificate),
      severity: severityOf(timestamps.length, isMissedRotation, values),
      summary: `${certificate.subject} expired ${spanText(expiredMs)} ago and was used from ${addressText(facts)}${onService(facts)}.`,
      surprise: `Used ${spanText(expiredMs)} after it expired, from ${addressText(facts)}; ${times} within ${burstMinutes} minutes.`,
      baseline: `Valid until ${timeText(certificate.notAfter)}; a successor normally replaces it before then.`,
    };
  },
};
