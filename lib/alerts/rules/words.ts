import type { CertificateFacts, Facts, RuleValue, Subject, Who } from "@/lib/alerts/types";
import { serviceWord } from "@/lib/format/service-word";

export const minute = 60_000,
  hour = 60 * minute,
  day = 24 * hour;

/** "3 minutes", "2 hours", "14 days": the largest unit that says it well. */
export function spanWords(ms: number): string {
  if (ms < 1_000) return "less than a second";
  const [n, unit] =
    ms >= 2 * day
      ? [ms / day, "day"]
      : ms >= 2 * hour
        ? [ms / hour, "hour"]
        : ms >= minute
          ? [ms / minute, "minute"]
          : [ms / 1_000, "second"];
  const whole = Math.max(0, Math.floor(n));
  return `${whole} ${unit}${whole === 1 ? "" : "s"}`;
}

export const timeWords = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
export const countWords = (n: number, noun: string): string =>
  `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;

/** At most so many, in the order given. */
export function listWords(items: readonly string[], most = 4): string {
  if (items.length === 0) return "none";
  return items.length <= most
    ? items.join(", ")
    : `${items.slice(0, most).join(", ")} and ${items.length - most} more`;
}

export const from = (facts: Facts): string => (facts.ip === null ? "an unknown address" : facts.ip);
export const onWhat = (facts: Facts): string =>
  facts.service === null ? "" : ` on ${serviceWord(facts.service)}`;

export const identitySubject = (who: Who): Subject => ({
  kind: "identity",
  id: who.id,
  label: who.name,
});
export const certificateSubject = (certificate: CertificateFacts): Subject => ({
  kind: "certificate",
  id: certificate.id,
  label: certificate.subject,
});
/** Of what cannot be told by a certificate: where it comes from. */
export const networkSubject = (facts: Facts): Subject => ({
  kind: "network",
  id: facts.network ?? "unknown",
  label: facts.network ?? "an unknown network",
});

export const value = (
  key: string,
  label: string,
  unit: string,
  defaultValue: number,
  [min, max]: readonly [number, number],
): RuleValue => ({ key, label, unit, defaultValue, min, max });

/** A value of the rule, which is always there: settings are filled up with the defaults. */
export const of = (values: Readonly<Record<string, number>>, key: string): number =>
  values[key] ?? 0;
