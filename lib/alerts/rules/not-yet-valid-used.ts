import { minuteMs } from "@/lib/format/time-units";
import type { EntryRule } from "@/lib/alerts/types";
import {
  addressText,
  certificateSubject,
  onService,
  spanText,
  timeText,
  value,
  valueOf,
} from "./text";

/** A certificate is used before it is valid: a wrong clock, or a leaked certificate. */
export const notYetValidUsed: EntryRule = {
  name: "not-yet-valid-used",
  title: "Certificate used before it is valid",
  severity: "medium",
  explanation:
    "A certificate was used before its validity began, and the request was denied. Either a clock is wrong, here or on the client, or someone has a certificate that was meant for later.",
  quietBecause:
    "Certificates are valid as soon as they are issued, and small clock differences are ignored.",
  values: [value("skewMinutes", "Ignores clock differences up to", "minutes", 5, [0, 1_440])],
  evaluate: (facts, _context, values) => {
    const { certificate, at, code } = facts;
    if (certificate === null || code !== "certificate.not-yet-valid") return null;
    const earlyMs = certificate.notBefore - at;
    if (earlyMs <= valueOf(values, "skewMinutes") * minuteMs) return null;
    return {
      subject: certificateSubject(certificate),
      severity: "medium",
      summary: `${certificate.subject} was used from ${addressText(facts)}${onService(facts)} ${spanText(earlyMs)} before it becomes valid.`,
      surprise: `Used ${spanText(earlyMs)} too early, from ${addressText(facts)}.`,
      baseline: `Valid from ${timeText(certificate.notBefore)}.`,
    };
  },
};
