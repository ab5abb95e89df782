import type { EntryRule, Facts, Known, Span, Values, Who } from "@/lib/alerts/types";
import { serviceWord } from "@/lib/format/service-word";
import { countWords, day, from, identitySubject, listWords, of, spanWords, value } from "./words";

const mostKnown = 20;

/** Services report many actions, some of them rarely: of those about the same thing ("payment.approved", "payment.refunded") one is enough to know. */
const nounOf = (service: string): string => service.split(".")[0] ?? service;
function knowsNoun(known: Known, action: string): boolean {
  for (const name of known.services.keys())
    if (isAction(name) && nounOf(name) === nounOf(action)) return true;
  return false;
}

/** Reported actions have dots in their names, services have none. Neither says anything about the other: who reports much could hide what it asks for. */
const isAction = (name: string): boolean => name.includes(".");

/** What is known of the same sort; null if that is too much to say what is unusual. */
function alike(known: Known, service: string): readonly Span[] | null {
  const sort = isAction(service),
    found: Span[] = [];
  for (const [name, span] of known.services)
    if (isAction(name) === sort && found.push(span) > mostKnown) return null;
  return found;
}

/** "new": opens an alert; "more": goes on with one, because the identity has taken up something new lately. */
function novelty(
  { at, action }: Facts,
  service: string,
  known: Known,
  values: Values,
): "new" | "more" | null {
  const seen = known.services.get(service),
    learnMs = of(values, "learnDays") * day;
  if (seen !== undefined && at - seen.lastAt < of(values, "forgetDays") * day) return null;
  if (at - known.firstAt < learnMs || known.count < of(values, "learnUses")) return null;
  const others = alike(known, service);
  if (others === null) return null;
  if (seen === undefined && action === "event.reported" && knowsNoun(known, service)) return null;
  for (const { firstAt } of others) if (at - firstAt < learnMs) return "more";
  return "new";
}

const severityFor = ({ kind }: Who, { action }: Facts): "low" | "medium" =>
  kind === "person" || action === "event.reported" ? "low" : "medium";

/** An identity does what it has never done. */
export const firstService: EntryRule = {
  name: "first-service",
  title: "First use of a service or action",
  severity: "medium",
  explanation:
    "An identity asked for a service, or reported an action, that it has never touched before, or not for a long time. Who has stolen a key looks around with it. Chancery itself counts as a service.",
  quietBecause:
    "It learns for two weeks, and judges only who has taken up nothing new for as long. Who uses more than twenty services uses anything; a rare action about a thing that the service reports on anyway is none. Of people, and of reported actions, it is low.",
  values: [
    value("learnDays", "Learns for, and then nothing new for", "days", 14, [0, 180]),
    value("learnUses", "… and learns for", "uses", 300, [0, 1_000_000]),
    value("forgetDays", "A service is new again after", "days", 90, [1, 400]),
  ],
  find: (facts, { known }, values) => {
    const { who, service, at } = facts;
    if (who === null || service === null || known === null || !facts.proved) return null;
    const how = novelty(facts, service, known, values);
    if (how === null) return null;
    return {
      subject: identitySubject(who),
      severity: severityFor(who, facts),
      follows: how === "more",
      summary: `${who.name} ${facts.action === "event.reported" ? "reported" : "used"} ${serviceWord(service)} for the first time, from ${from(facts)}.`,
      surprise: `First ${facts.action === "event.reported" ? "report of" : "use of"} ${serviceWord(service)}${facts.outcome === "success" ? "" : ", and refused"}.`,
      baseline: `In ${spanWords(at - known.firstAt)} and ${countWords(known.count, "use")}: ${listWords([...known.services.keys()].map(serviceWord))}.`,
    };
  },
};
