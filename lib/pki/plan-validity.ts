import type { Finding } from "@/lib/errors/app-error";
import { wholeSeconds } from "@/lib/pki/der-time";
import type { RuleBook } from "@/lib/pki/rule-book";
import type { IssuerFacts, ProfileRules } from "@/lib/pki/types";

export type Validity = Readonly<{ notBefore: Date; notAfter: Date }>;
type Asked = Readonly<{
  rules: ProfileRules;
  issuer: IssuerFacts | null;
  now: Date;
  validitySeconds: number | undefined;
}>;

const latest = Date.UTC(9999, 11, 31, 23, 59, 59);

function describeSpan(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  return seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds} s`;
}

/**
 * notBefore and notAfter, whole seconds, both inclusive. The validity counts from `now`, the signing time; the profile's backdating
 * comes on top and never reaches before the issuer's own notBefore. A validity that is not asked for is the profile's default, cut
 * at the issuer's end; one that is asked for and goes beyond the profile or the issuer is a finding.
 */
export function planValidity(asked: Asked, book: RuleBook): Validity {
  const { rules, issuer } = asked;
  const now = wholeSeconds(asked.now).getTime();
  const seconds = asked.validitySeconds ?? rules.validitySecondsDefault;
  const isSpan = Number.isSafeInteger(seconds) && seconds >= 1;
  book.judge(
    "validity-is-a-span",
    `${seconds} s`,
    isSpan ? null : invalid("The validity must be a whole number of seconds, at least 1."),
  );
  const isWithinProfile = seconds <= rules.validitySecondsMax;
  book.judge(
    "validity-within-profile",
    describeSpan(seconds),
    isWithinProfile ? null : beyondProfile(seconds, rules),
  );
  const asExpected = Math.min(now + (isSpan ? seconds : 1) * 1000 - 1000, latest);
  const issuerEnd = issuer?.notAfter.getTime() ?? latest;
  const isBeyondIssuer = asked.validitySeconds !== undefined && asExpected > issuerEnd;
  book.judge(
    "validity-within-issuer",
    new Date(asExpected).toISOString(),
    isBeyondIssuer ? beyondIssuer(asExpected, issuerEnd) : null,
  );
  book.judge(
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

function invalid(message: string): Finding {
  return {
    code: "certificate.validity-invalid",
    message,
    path: "validitySeconds",
    clause: "RFC 5280 §4.1.2.5",
  };
}

function beyondProfile(seconds: number, rules: ProfileRules): Finding {
  const message = `A validity of ${describeSpan(seconds)} is more than the profile allows. Ask for at most ${describeSpan(rules.validitySecondsMax)} (${rules.validitySecondsMax} s).`;
  return {
    code: "certificate.lifetime-beyond-profile",
    message,
    path: "validitySeconds",
    clause: "profile",
  };
}

function beyondIssuer(end: number, issuerEnd: number): Finding {
  const message = `The certificate would end at ${new Date(end).toISOString()}, after its issuer, which ends at ${new Date(issuerEnd).toISOString()}. Ask for less, or leave the validity out.`;
  return {
    code: "certificate.lifetime-beyond-issuer",
    message,
    path: "validitySeconds",
    clause: "RFC 5280 §6.1.3",
  };
}

function issuerState(issuer: IssuerFacts, now: number): Finding | null {
  const isExpired = now > issuer.notAfter.getTime();
  if (!isExpired && now >= issuer.notBefore.getTime()) return null;
  const message = `The issuer ${issuer.subjectText} ${isExpired ? "has expired" : "is not valid yet"} at ${new Date(now).toISOString()}. Use a current authority, or check the clock.`;
  return {
    code: "certificate.issuer-not-valid",
    message,
    path: "issuer",
    clause: "RFC 5280 §6.1.3",
  };
}
