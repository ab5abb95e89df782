import type { EntryRule } from "@/lib/alerts/types";
import { certificateSubject, from, minute, of, onWhat, spanWords, timeWords, value } from "./words";

/** A certificate that is used before it counts: somebody's clock is wrong, or somebody is too early. */
export const notYetValidUsed: EntryRule = {
  name: "not-yet-valid-used",
  title: "Certificate used before its time",
  severity: "medium",
  explanation:
    "A certificate was used before it became valid, and refused. A clock is wrong, here or there, or somebody got hold of a certificate that is meant for later.",
  quietBecause:
    "Certificates are valid from the moment they are issued, and small differences of clocks are let pass.",
  values: [value("skewMinutes", "Differences of clocks up to", "minutes", 5, [0, 1_440])],
  find: (facts, _view, values) => {
    const { certificate, at, code } = facts;
    if (
      certificate === null ||
      code !== "certificate.not-yet-valid" ||
      certificate.notBefore - at <= of(values, "skewMinutes") * minute
    )
      return null;
    const early = certificate.notBefore - at;
    return {
      subject: certificateSubject(certificate),
      severity: "medium",
      summary: `${certificate.subject} was used from ${from(facts)}${onWhat(facts)} ${spanWords(early)} before it becomes valid.`,
      surprise: `Used ${spanWords(early)} too early, from ${from(facts)}.`,
      baseline: `Valid from ${timeWords(certificate.notBefore)} on.`,
    };
  },
};
