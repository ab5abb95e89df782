import { tags } from "@/lib/pki/der";
import { parseTime } from "@/lib/pki/der-time";
import type { Lint } from "./lint";
import { readTimes } from "./readers";

export const validityLints: readonly Lint[] = [
  {
    code: "lint.time-form",
    clause: "RFC 5280 §4.1.2.5.1, §4.1.2.5.2",
    check: (view) =>
      readTimes(view) === null
        ? "A time is not written as YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ: seconds present, no fraction, Z, a day that exists."
        : null,
  },
  {
    code: "lint.time-choice",
    clause: "RFC 5280 §4.1.2.5",
    check: (view) => {
      const isEarly = [view.notBefore, view.notAfter].find(
        ({ tag, content }) =>
          tag === tags.generalizedTime &&
          (parseTime(tag, content)?.getUTCFullYear() ?? 2050) < 2050,
      );
      return isEarly === undefined
        ? null
        : "A time through 2049 is a GeneralizedTime; it has to be a UTCTime.";
    },
  },
  {
    code: "lint.validity-order",
    clause: "RFC 5280 §4.1.2.5",
    check: (view) => {
      const times = readTimes(view);
      return times !== null && times.notBefore > times.notAfter
        ? "notAfter is before notBefore."
        : null;
    },
  },
  {
    code: "lint.validity-beyond-issuer",
    clause: "RFC 5280 §6.1.3",
    check: (view, { issuer }) => {
      const times = readTimes(view);
      return times !== null && issuer !== null && times.notAfter > issuer.notAfter
        ? `notAfter is after the issuer's, ${issuer.notAfter.toISOString()}.`
        : null;
    },
  },
  {
    code: "lint.validity-beyond-profile",
    clause: "profile",
    check: (view, { rules }) => {
      const times = readTimes(view);
      if (times === null) return null;
      // Both ends count, so a day from midnight ends at 23:59:59 (RFC 5280 §4.1.2.5).
      const seconds = (times.notAfter.getTime() - times.notBefore.getTime()) / 1000 + 1;
      return seconds > rules.validitySecondsMax + rules.backdateSeconds
        ? `The validity of ${seconds} s is more than the profile's ${rules.validitySecondsMax} s and its backdating.`
        : null;
    },
  },
];
