import { inNetworks, parseNetwork } from "@/lib/custody/networks";
import type { EntryRule, Facts, Known, Values, Who } from "@/lib/alerts/types";
import {
  countWords,
  day,
  from,
  identitySubject,
  listWords,
  of,
  onWhat,
  spanWords,
  value,
} from "./words";

/** The larger network that providers and pools hand addresses out of: /16 or /32. */
export const rangeOf = (network: string): string =>
  parseNetwork(network.replace(/\/\d+$/, network.includes(":") ? "/32" : "/16")).text;

const POOL = 4;

/** Whether addresses around this one are usual: people's providers change them, and services in pools come from many. */
function inKnownRange(network: string, known: Known, person: boolean): boolean {
  const range = rangeOf(network);
  let near = 0;
  for (const other of known.networks.keys())
    if (other !== network && rangeOf(other) === range) near += 1;
  return near >= (person ? 1 : POOL);
}

type Use = Readonly<{ facts: Facts; who: Who; network: string; known: Known; values: Values }>;

/** People are usual by the week, so two of them are learned; and whoever took up a new place lately is travelling. */
const learnMsOf = ({ kind }: Who, values: Values): number =>
  of(values, kind === "person" ? "learnDaysPeople" : "learnDays") * day;

function travels({ at }: Facts, who: Who, network: string, known: Known, learnMs: number): boolean {
  if (who.kind !== "person") return false;
  for (const [place, { firstAt }] of known.networks)
    if (place !== network && at - firstAt < learnMs) return true;
  return false;
}

/** "new": opens an alert; "young": goes on with one that is open; null: usual here, or nobody knows yet what is usual. */
function novelty({ facts, who, network, known, values }: Use): "new" | "young" | null {
  const { at, ip } = facts,
    seen = known.networks.get(network),
    learnMs = learnMsOf(who, values);
  const back = seen === undefined || at - seen.lastAt >= of(values, "forgetDays") * day;
  if (!back && (at - seen.firstAt > day || seen.firstAt - known.firstAt < learnMs)) return null;
  if (at - known.firstAt < learnMs || known.count < of(values, "learnUses")) return null;
  if (
    (who.networks.length > 0 && inNetworks(ip, who.networks)) ||
    inKnownRange(network, known, who.kind === "person")
  )
    return null;
  return travels(facts, who, network, known, learnMs) ? null : back ? "new" : "young";
}

/** A certificate turns up where its identity has never been. */
export const firstNetwork: EntryRule = {
  name: "first-network",
  title: "First use from a network",
  severity: "medium",
  explanation:
    "A certificate was used from a network (/24, or /48 of IPv6) from which its identity was not seen before, or not for a long time. A stolen key shows itself like that; so does a move that nobody announced.",
  quietBecause:
    "It learns for a week (of people for two) and for a hundred uses before it judges anybody. Networks that the identity is allowed by name are expected, also a fifth of the same pool, and for people another address of the same provider. People travel: of them it is low, and of those who were somewhere new within the last two weeks it says nothing.",
  values: [
    value("learnDays", "Learns for", "days", 7, [0, 90]),
    value("learnDaysPeople", "… of people for, and then nowhere new for", "days", 14, [0, 90]),
    value("learnUses", "… and for", "uses", 100, [0, 1_000_000]),
    value("forgetDays", "A network is new again after", "days", 30, [1, 400]),
  ],
  find: (facts, { known }, values) => {
    const { who, network, at } = facts;
    if (who === null || network === null || known === null || !facts.proved) return null;
    const how = novelty({ facts, who, network, known, values });
    if (how === null) return null;
    const others = [...known.networks.keys()].filter((other) => other !== network);
    return {
      subject: identitySubject(who),
      severity: who.kind === "person" ? "low" : "medium",
      follows: how === "young",
      summary: `${who.name} was used from ${network} for the first time${onWhat(facts)}.`,
      surprise: `First use from ${network} (${from(facts)})${onWhat(facts)}.`,
      baseline: `In ${spanWords(at - known.firstAt)} and ${countWords(known.count, "use")} it came from ${listWords(others)}.`,
    };
  },
};
