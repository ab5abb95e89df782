import type { Finding } from "@/lib/errors/types";
import { wholeSeconds } from "./der-time";
import type { RuleChecks } from "./rule-checks";
import type { IssuerFacts, ProfileRules } from "./types";

export type Validity = Readonly<{ notBefore: Date; notAfter: Date }>;
type ValidityRequest = Readonly<{
  rules: ProfileRules;
  issuer: IssuerFacts | null;
  now: Date;
  validitySeconds: number | undefined;
  /** The exact end, instead of `validitySeconds`. */
  notAfter?: Date | undefined;
}>;

const latest = Date.UTC(9999, 11, 31, 23, 59, 59);

function describeSpan(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  return seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds} s`;
}

/** The seconds that a request asks for; undefined if the profile decides. */
function requestedSeconds({ validitySeconds, notAfter }: ValidityRequest, now: number) {
  if (notAfter === undefined) return validitySeconds;
  return (wholeSeconds(notAfter).getTime() - now) / 1000 + 1;
}

/** Why what was requested is no validity, or null. */
function spanFinding(request: ValidityRequest, seconds: number): Finding | null {
  if (request.notAfter !== undefined && request.validitySeconds !== undefined)
    return invalid("The request has both validitySeconds and notAfter. Send only one.");
  if (Number.isSafeInteger(seconds) && seconds >= 1) return null;
  return request.notAfter === undefined
    ? invalid("The validity must be a whole number of seconds, at least 1.")
    : invalid("The requested notAfter is not in the future. Choose a later time.", "notAfter");
}

/**
 * notBefore and notAfter, whole seconds, both inclusive. The validity counts from `now`, the
 * signing time; the profile's backdating comes on top and never reaches before the issuer's own
 * notBefore. Without a requested validity, the profile's default applies, cut at the issuer's notAfter; a
 * requested one beyond the profile or the issuer is a finding.
 */
export function planValidity(request: ValidityRequest, checks: RuleChecks): Validity {
  const { rules, issuer } = request;
  const now = wholeSeconds(request.now).getTime();
  const requested = requestedSeconds(request, now);
  const seconds = requested ?? rules.validitySecondsDefault;
  const problem = spanFinding(request, seconds);
  checks.add("validity-is-a-span", `${seconds} s`, problem);
  const isWithinProfile = seconds <= rules.validitySecondsMax;
  checks.add(
    "validity-within-profile",
    describeSpan(seconds),
    isWithinProfile ? null : beyondProfile(request, seconds, now),
  );
  const asExpected = Math.min(now + (problem === null ? seconds : 1) * 1000 - 1000, latest);
  const issuerEnd = issuer?.notAfter.getTime() ?? latest;
  const isBeyondIssuer = requested !== undefined && asExpected > issuerEnd;
  checks.add(
    "validity-within-issuer",
    new Date(asExpected).toISOString(),
    isBeyondIssuer
      ? beyondIssuer(asExpected, issuerEnd)
      : asExpected > issuerEnd
        ? cutAtIssuer(seconds, issuerEnd)
        : null,
  );
  checks.add(
    "issuer-is-valid",
    new Date(now).toISOString(),
    issuer === null ? null : issuerState(issuer, now),
  );
  const backdated = now - rules.backdateSeconds * 1000;
  return {
    notBefore: new Date(Math.max(backdated, issuer?.notBefore.getTime() ?? backdated)),
    notAfter: new Date(Math.min(asExpected, issuerEnd)),
  };
}

/** How much earlier or later than the clock the times of recorded bytes may be. */
export type TimeTolerance = Readonly<{
  /** How long a recorded plan may have waited for its signature. */
  waitMs: number;
  /** How far two clocks may be apart. */
  skewMs: number;
}>;

type ExistingTimes = Readonly<{
  rules: ProfileRules;
  issuer: IssuerFacts | null;
  now: Date;
  validity: Validity;
  tolerance: TimeTolerance;
}>;

/**
 * What is wrong with the times of bytes that exist already, by a clock that their maker doesn't
 * control: they begin now, but for the profile's backdating, and end within the profile's lifetime
 * and that of the issuer.
 */
export function findTimeProblems({
  rules,
  issuer,
  now,
  validity,
  tolerance: { waitMs, skewMs },
}: ExistingTimes): Finding[] {
  const at = now.getTime();
  const [begin, end] = [validity.notBefore.getTime(), validity.notAfter.getTime()];
  const earliest = at - (rules.backdateSeconds * 1000 + waitMs);
  const latestEnd = at + rules.validitySecondsMax * 1000 + skewMs;
  const text = (time: number): string => new Date(time).toISOString();
  const issuerEnd = issuer?.notAfter.getTime() ?? latest;
  const problems: readonly (readonly [boolean, () => string])[] = [
    [begin > at + skewMs, () => `It would begin at ${text(begin)}, in the future.`],
    [begin < earliest, () => `It would begin at ${text(begin)}, before ${text(earliest)}.`],
    [end < at, () => `It expired at ${text(end)}.`],
    [end > latestEnd, () => `It would expire at ${text(end)}, after ${text(latestEnd)}.`],
    [
      end > issuerEnd,
      () =>
        `It would expire at ${text(end)}, after its issuer, which expires at ${text(issuerEnd)}.`,
    ],
    [
      begin < (issuer?.notBefore.getTime() ?? begin),
      () => `It would begin at ${text(begin)}, before its issuer.`,
    ],
  ];
  const issuerProblem = issuer === null ? null : issuerState(issuer, at);
  return [
    ...problems
      .filter(([isProblem]) => isProblem)
      .map(([, what]) => ({
        code: "certificate.time",
        message: `${what()} The clock here says ${text(at)}. Request it again, or set the clock that is wrong.`,
        path: "tbs",
        clause: "RFC 5280 §4.1.2.5",
      })),
    ...(issuerProblem === null ? [] : [issuerProblem]),
  ];
}

function invalid(message: string, path = "validitySeconds"): Finding {
  return { code: "certificate.validity-invalid", message, path, clause: "RFC 5280 §4.1.2.5" };
}

/** Proposes a limit that is still allowed when the request is repeated a while later. */
function beyondProfile(
  { rules, notAfter }: ValidityRequest,
  seconds: number,
  now: number,
): Finding {
  const { validitySecondsMax: most } = rules;
  const message =
    notAfter === undefined
      ? `A validity of ${describeSpan(seconds)} is more than the profile allows. Request at most ${describeSpan(most)} (${most} s).`
      : `${isoSeconds(notAfter.getTime())} is later than the profile allows. Request ${isoSeconds(now + (most - 1) * 1000)} or an earlier time.`;
  return {
    code: "certificate.lifetime-beyond-profile",
    message,
    path: notAfter === undefined ? "validitySeconds" : "notAfter",
    clause: "profile",
  };
}

const isoSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

function beyondIssuer(end: number, issuerEnd: number): Finding {
  const message = `The certificate would expire at ${isoSeconds(end)}, after its issuer, which expires at ${isoSeconds(issuerEnd)}. Request a notAfter of ${isoSeconds(issuerEnd)} or earlier, or leave the validity out.`;
  return {
    code: "certificate.lifetime-beyond-issuer",
    message,
    path: "validitySeconds",
    clause: "RFC 5280 §6.1.3",
  };
}

/** The profile's default, which nobody typed, is shortened; that is said. */
function cutAtIssuer(seconds: number, issuerEnd: number): Finding {
  return {
    code: "certificate.lifetime-cut",
    message: `The profile's default lifetime is ${describeSpan(seconds)}, but the CA expires at ${isoSeconds(issuerEnd)}. The certificate expires together with it.`,
    path: "validitySeconds",
    clause: "RFC 5280 §6.1.3",
    severity: "notice",
  };
}

function issuerState(issuer: IssuerFacts, now: number): Finding | null {
  const isExpired = now > issuer.notAfter.getTime();
  if (!isExpired && now >= issuer.notBefore.getTime()) return null;
  const message = `The issuer ${issuer.subjectText} ${isExpired ? "has expired" : "is not valid yet"} at ${new Date(now).toISOString()}. Use a CA that is valid now, or check the clock.`;
  return {
    code: "certificate.issuer-not-valid",
    message,
    path: "issuer",
    clause: "RFC 5280 §6.1.3",
  };
}
