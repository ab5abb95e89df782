import { dayMs } from "@/lib/format/time-units";
import type { Baseline, EntryFacts, EntryRule, IdentityFacts, Values } from "@/lib/alerts/types";
import { inNetworks, parseNetwork } from "@/lib/net/network";
import {
  addressText,
  countText,
  identitySubject,
  listText,
  onService,
  spanText,
  value,
  valueOf,
} from "./text";

/** The larger network that providers and address pools assign from: the /16 or /32. */
export const rangeOf = (network: string): string =>
  parseNetwork(network.replace(/\/\d+$/, network.includes(":") ? "/32" : "/16")).text;

const poolSize = 4;

/**
 * Whether neighboring networks are usual: a person's provider changes addresses, and services in a
 * pool use many.
 */
function isInKnownRange(network: string, baseline: Baseline, isPerson: boolean): boolean {
  const range = rangeOf(network);
  let neighbors = 0;
  for (const other of baseline.networks.keys())
    if (other !== network && rangeOf(other) === range) neighbors += 1;
  return neighbors >= (isPerson ? 1 : poolSize);
}

type Use = Readonly<{
  facts: EntryFacts;
  identity: IdentityFacts;
  network: string;
  baseline: Baseline;
  values: Values;
}>;

/** People have weekly habits, so two weeks are learned before they are evaluated. */
const learnMsOf = ({ kind }: IdentityFacts, values: Values): number =>
  valueOf(values, kind === "person" ? "learnDaysPeople" : "learnDays") * dayMs;

/** A person who was somewhere else new recently is traveling. */
function isTraveling({ facts, identity, network, baseline }: Use, learnMs: number): boolean {
  if (identity.kind !== "person") return false;
  for (const [other, { firstAt }] of baseline.networks)
    if (other !== network && facts.at - firstAt < learnMs) return true;
  return false;
}

/**
 * "new" opens an alert; "recent" (first seen within a day) continues one. Null: usual, or not
 * enough is known yet.
 */
function noveltyOf(use: Use): "new" | "recent" | null {
  const { facts, identity, network, baseline, values } = use;
  const { at, ip } = facts;
  const seen = baseline.networks.get(network);
  const learnMs = learnMsOf(identity, values);
  const isNew = seen === undefined || at - seen.lastAt >= valueOf(values, "forgetDays") * dayMs;
  if (!isNew && (at - seen.firstAt > dayMs || seen.firstAt - baseline.firstAt < learnMs))
    return null;
  if (at - baseline.firstAt < learnMs || baseline.count < valueOf(values, "learnUses")) return null;
  const isAllowed = identity.networks.length > 0 && inNetworks(ip, identity.networks);
  if (isAllowed || isInKnownRange(network, baseline, identity.kind === "person")) return null;
  if (isTraveling(use, learnMs)) return null;
  return isNew ? "new" : "recent";
}

/** A certificate is used from a network that its identity never used before. */
export const firstNetwork: EntryRule = {
  name: "first-network",
  title: "First use from a network",
  severity: "medium",
  explanation:
    "A certificate was used from a network (a /24, or a /48 of IPv6) that its identity has never used, or not for a long time. This is what a stolen key looks like, and also an unannounced move.",
  quietBecause:
    "The rule learns for a week (two for people) and a hundred uses before it evaluates an identity. Networks that the identity is allowed to use are expected, and so are the fifth network of the same address pool and, for people, another address of the same provider. People travel, so for them the severity is low, and there is no alert if they used another new network in the last two weeks.",
  values: [
    value("learnDays", "Learns services and devices for", "days", 7, [0, 90]),
    value(
      "learnDaysPeople",
      "Learns people for, and expects travel for as long",
      "days",
      14,
      [0, 90],
    ),
    value("learnUses", "Learns for at least", "uses", 100, [0, 1_000_000]),
    value("forgetDays", "A network counts as new again after", "days", 30, [1, 400]),
  ],
  evaluate: (facts, { baseline }, values) => {
    const { identity, network, at } = facts;
    if (identity === null || network === null || baseline === null || !facts.isAuthenticated)
      return null;
    const novelty = noveltyOf({ facts, identity, network, baseline, values });
    if (novelty === null) return null;
    const others = [...baseline.networks.keys()].filter((other) => other !== network);
    return {
      subject: identitySubject(identity),
      severity: identity.kind === "person" ? "low" : "medium",
      continuesOnly: novelty === "recent",
      summary: `${identity.name} was used from ${network} for the first time${onService(facts)}.`,
      surprise: `First use from ${network} (${addressText(facts)})${onService(facts)}.`,
      baseline: `In ${spanText(at - baseline.firstAt)} and ${countText(baseline.count, "use")}, used from ${listText(others)}.`,
    };
  },
};
