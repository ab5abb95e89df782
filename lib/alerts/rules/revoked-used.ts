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

/** Someone still uses a key that was revoked. */
export const revokedUsed: EntryRule = {
  name: "revoked-used",
  title: "Revoked certificate used",
  severity: "critical",
  explanation:
    "A certificate that is revoked or on hold was presented. The request was denied, but the sender still has the key. The revocation reason tells how serious that is.",
  quietBecause:
    "A revoked certificate has no legitimate use. Only a certificate that was superseded by a rotation gets a few minutes, because old connections may still be open when its successor takes over.",
  values: [value("graceMinutes", "Ignored after a rotation for", "minutes", 5, [0, 1_440])],
  evaluate: (facts, _context, values) => {
    const { certificate, code, at } = facts;
    if (certificate === null || (code !== "certificate.revoked" && code !== "certificate.on-hold"))
      return null;
    const { revokedAt, reason, subject } = certificate;
    const sinceMs = Math.max(0, at - (revokedAt ?? at));
    const isRotated = reason === "superseded" && certificate.successor;
    if (isRotated && sinceMs < valueOf(values, "graceMinutes") * minuteMs) return null;
    const isHeld = code === "certificate.on-hold";
    const revoked = isHeld ? "put on hold" : "revoked";
    const because = isHeld ? "" : ` (${reason ?? "no reason given"})`;
    return {
      subject: certificateSubject(certificate),
      severity: isHeld || isRotated ? "high" : "critical",
      summary: `${subject} was ${revoked}${because} and was used from ${addressText(facts)}${onService(facts)}.`,
      surprise: `Used ${spanText(sinceMs)} after it was ${revoked}, from ${addressText(facts)}.`,
      baseline: `No use is expected after ${timeText(revokedAt ?? at)}.`,
    };
  },
};
