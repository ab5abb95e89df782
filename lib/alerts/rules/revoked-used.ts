import type { EntryRule } from "@/lib/alerts/types";
import { certificateSubject, from, minute, of, onWhat, spanWords, timeWords, value } from "./words";

/** Somebody still holds a key that was declared lost. */
export const revokedUsed: EntryRule = {
  name: "revoked-used",
  title: "Revoked certificate used",
  severity: "critical",
  explanation:
    "A certificate that was revoked, or is on hold, was shown. The request was refused; but whoever showed it still has the key, and the reason for the revocation says how bad that is.",
  quietBecause:
    "A revoked certificate has no healthy use. Only one that a rotation has superseded is given a few minutes, because connections of the old one may be alive while its successor is there.",
  values: [value("graceMinutes", "Quiet after a planned rotation", "minutes", 5, [0, 1_440])],
  find: (facts, _view, values) => {
    const { certificate, code, at } = facts;
    if (certificate === null || (code !== "certificate.revoked" && code !== "certificate.on-hold"))
      return null;
    const { revokedAt, reason, subject } = certificate,
      since = Math.max(0, at - (revokedAt ?? at)),
      planned = reason === "superseded" && certificate.successor;
    if (planned && since < of(values, "graceMinutes") * minute) return null;
    const held = code === "certificate.on-hold",
      ended = held ? "put on hold" : "revoked",
      why = held ? "" : ` (${reason ?? "no reason given"})`;
    return {
      subject: certificateSubject(certificate),
      severity: held || planned ? "high" : "critical",
      summary: `${subject} was ${ended}${why} and was used from ${from(facts)}${onWhat(facts)}.`,
      surprise: `Used ${spanWords(since)} after it was ${ended}, from ${from(facts)}.`,
      baseline: `No use is expected of it since ${timeWords(revokedAt ?? at)}.`,
    };
  },
};
