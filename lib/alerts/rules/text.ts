import { minuteMs, hourMs, dayMs } from "@/lib/format/time-units";
import type {
  CertificateFacts,
  EntryFacts,
  IdentityFacts,
  RuleValue,
  Subject,
} from "@/lib/alerts/types";
import { serviceLabel } from "@/lib/format/service-label";

/** A span of time in its largest useful unit: "3 minutes", "2 hours", "14 days". */
export function spanText(ms: number): string {
  if (ms < 1_000) return "less than a second";
  const [n, unit] =
    ms >= 2 * dayMs
      ? [ms / dayMs, "day"]
      : ms >= 2 * hourMs
        ? [ms / hourMs, "hour"]
        : ms >= minuteMs
          ? [ms / minuteMs, "minute"]
          : [ms / 1_000, "second"];
  const whole = Math.max(0, Math.floor(n));
  return `${whole} ${unit}${whole === 1 ? "" : "s"}`;
}

export const timeText = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
export const countText = (n: number, noun: string, plural = `${noun}s`): string =>
  `${n.toLocaleString("en-US")} ${n === 1 ? noun : plural}`;

/** The first `max` items, in the given order, and how many more there are. */
export function listText(items: readonly string[], max = 4): string {
  if (items.length === 0) return "none";
  return items.length <= max
    ? items.join(", ")
    : `${items.slice(0, max).join(", ")} and ${items.length - max} more`;
}

export const addressText = (facts: EntryFacts): string =>
  facts.action === "request.refused-many"
    ? (facts.network ?? "several networks")
    : (facts.ip ?? "an unknown address");
/** Where it was used, to be appended to a sentence: " on billing", or nothing. */
export const onService = (facts: EntryFacts): string =>
  facts.service === null ? "" : ` on ${serviceLabel(facts.service)}`;

export const identitySubject = (identity: IdentityFacts): Subject => ({
  kind: "identity",
  id: identity.id,
  label: identity.name,
});
export const certificateSubject = (certificate: CertificateFacts): Subject => ({
  kind: "certificate",
  id: certificate.id,
  label: certificate.subject,
});
/** For requests that can't be attributed to an identity: the network they came from. */
export const networkSubject = (facts: EntryFacts): Subject => ({
  kind: "network",
  id: facts.network ?? "unknown",
  label:
    facts.network ??
    (facts.action === "request.refused-many" ? "several networks" : "an unknown network"),
});

export const value = (
  key: string,
  label: string,
  unit: string,
  defaultValue: number,
  [min, max]: readonly [number, number],
): RuleValue => ({ key, label, unit, defaultValue, min, max });

/** A value of the rule. It is always set: `settingOf` fills in the defaults. */
export const valueOf = (values: Readonly<Record<string, number>>, key: string): number =>
  values[key] ?? 0;
