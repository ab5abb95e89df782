import { dayMs } from "@/lib/format/time-units";
import type {
  Baseline,
  EntryFacts,
  EntryRule,
  IdentityFacts,
  Span,
  Values,
} from "@/lib/alerts/types";
import { serviceLabel } from "@/lib/format/service-label";
import {
  addressText,
  countText,
  identitySubject,
  listText,
  spanText,
  value,
  valueOf,
} from "./text";

const maxServices = 20;

/**
 * Names of reported actions contain dots, names of services don't. They are evaluated separately,
 * or an identity could hide which services it uses by reporting many actions.
 */
const isAction = (name: string): boolean => name.includes(".");

/**
 * Services report many actions, some of them rarely. Knowing one action about a noun
 * ("payment.approved") is enough for the others ("payment.refunded").
 */
const nounOf = (service: string): string => service.split(".")[0] ?? service;
function knowsNoun(baseline: Baseline, action: string): boolean {
  for (const name of baseline.services.keys())
    if (isAction(name) && nounOf(name) === nounOf(action)) return true;
  return false;
}

/** The known names of the same sort; null if there are too many for any to be unusual. */
function knownOfSameSort(baseline: Baseline, service: string): readonly Span[] | null {
  const spans: Span[] = [];
  for (const [name, span] of baseline.services)
    if (isAction(name) === isAction(service) && spans.push(span) > maxServices) return null;
  return spans;
}

/**
 * "new" opens an alert; "more" continues one, because the identity started to use something else
 * recently. Null: usual, or not enough is known yet.
 */
function noveltyOf(
  { at, action }: EntryFacts,
  service: string,
  baseline: Baseline,
  values: Values,
): "new" | "more" | null {
  const seen = baseline.services.get(service);
  const learnMs = valueOf(values, "learnDays") * dayMs;
  if (seen !== undefined && at - seen.lastAt < valueOf(values, "forgetDays") * dayMs) return null;
  if (at - baseline.firstAt < learnMs || baseline.count < valueOf(values, "learnUses")) return null;
  const others = knownOfSameSort(baseline, service);
  if (others === null) return null;
  if (seen === undefined && action === "event.reported" && knowsNoun(baseline, service))
    return null;
  return others.some(({ firstAt }) => at - firstAt < learnMs) ? "more" : "new";
}

const severityFor = ({ kind }: IdentityFacts, { action }: EntryFacts): "low" | "medium" =>
  kind === "person" || action === "event.reported" ? "low" : "medium";

/** An identity uses a service, or reports an action, for the first time. */
export const firstService: EntryRule = {
  name: "first-service",
  title: "First use of a service or action",
  severity: "medium",
  explanation:
    "An identity used a service or reported an action that it has never used, or not for a long time. Someone with a stolen key explores what it gives access to. Chancery itself counts as a service.",
  quietBecause:
    "The rule learns for two weeks, and evaluates only identities that started using nothing new for as long. An identity with more than twenty services is expected to use any. A rare action about something that the service already reports on is not new. For people, and for reported actions, the severity is low.",
  values: [
    value("learnDays", "Learns for, and then nothing new for", "days", 14, [0, 180]),
    value("learnUses", "Learns for at least", "uses", 300, [0, 1_000_000]),
    value("forgetDays", "A service counts as new again after", "days", 90, [1, 400]),
  ],
  evaluate: (facts, { baseline }, values) => {
    const { identity, service, at } = facts;
    if (identity === null || service === null || baseline === null || !facts.isAuthenticated)
      return null;
    const novelty = noveltyOf(facts, service, baseline, values);
    if (novelty === null) return null;
    const isReport = facts.action === "event.reported";
    const label = serviceLabel(service);
    const known = [...baseline.services.keys()].map(serviceLabel);
    return {
      subject: identitySubject(identity),
      severity: severityFor(identity, facts),
      continuesOnly: novelty === "more",
      summary: `${identity.name} ${isReport ? "reported" : "used"} ${label} for the first time, from ${addressText(facts)}.`,
      surprise: `First ${isReport ? "report of" : "use of"} ${label}${facts.outcome === "success" ? "" : ", denied"}.`,
      baseline: `In ${spanText(at - baseline.firstAt)} and ${countText(baseline.count, "use")}: ${listText(known)}.`,
    };
  },
};
