import { dayMs, minuteMs } from "@/lib/format/time-units";
import type { Baseline, EntryFacts, EntryRule, Values } from "@/lib/alerts/types";
import { inNetworks } from "@/lib/net/network";
import { rangeOf } from "./first-network";
import { certificateSubject, countText, onService, value, valueOf } from "./text";

const firstAddress = (network: string): string => network.replace(/\/\d+$/, "");
/** A client with both IPv4 and IPv6 is still in one place. */
const isSameFamily = (a: string, b: string): boolean => a.includes(":") === b.includes(":");

/** Whether two networks are both usual for the identity, both allowed, or really one network. */
function isExpectedPair(
  { identity, at }: EntryFacts,
  baseline: Baseline,
  pair: readonly [string, string],
  learnMs: number,
): boolean {
  const [a, b] = pair;
  if (!isSameFamily(a, b) || rangeOf(a) === rangeOf(b)) return true;
  const isUsual = (network: string): boolean =>
    at - (baseline.networks.get(network)?.firstAt ?? at) >= learnMs;
  if (pair.every(isUsual)) return true;
  return (
    identity !== null &&
    identity.networks.length > 0 &&
    pair.every((network) => inNetworks(firstAddress(network), identity.networks))
  );
}

/**
 * The network from which this certificate was used between two uses from the current one, within
 * the window: then it is in two places at once. A client that moves does not return that soon.
 */
function otherNetworkOf(
  facts: EntryFacts,
  baseline: Baseline | null,
  values: Values,
): string | null {
  const { certificate, network, at, isAuthenticated } = facts;
  if (certificate === null || network === null || baseline === null || !isAuthenticated)
    return null;
  const lastUses = baseline.lastFrom(certificate.id);
  const lastHere = lastUses.get(network);
  const learnMs = valueOf(values, "learnDays") * dayMs;
  if (
    lastHere === undefined ||
    lastUses.size < 2 ||
    at - lastHere > valueOf(values, "minutes") * minuteMs ||
    at - baseline.firstAt < learnMs
  )
    return null;
  for (const [other, lastAt] of lastUses) {
    if (other === network || lastAt <= lastHere) continue;
    if (!isExpectedPair(facts, baseline, [other, network], learnMs)) return other;
  }
  return null;
}

/** One key is used in two places in turn: it was copied. */
export const severalNetworks: EntryRule = {
  name: "several-networks",
  title: "One key in several networks at once",
  severity: "high",
  explanation:
    "One certificate was used from two networks in turn within a few minutes: here, there, and here again. A client that moves does not do that, but a copied key does.",
  quietBecause:
    "Moving from one network to another is not enough. Pairs of networks that are both usual for the identity, both allowed, or part of one larger network don't count, and no identity is evaluated while the rule is learning.",
  values: [
    value("minutes", "Within", "minutes", 10, [1, 60]),
    value("returns", "Back and forth at least", "times", 2, [1, 100]),
    value("learnDays", "Learns for", "days", 3, [0, 90]),
  ],
  counter: (facts, values, baseline) =>
    otherNetworkOf(facts, baseline, values) === null
      ? null
      : {
          key: facts.certificate?.id ?? "",
          windowMs: valueOf(values, "minutes") * minuteMs,
          max: Math.max(valueOf(values, "returns"), 1),
        },
  evaluate: (facts, { baseline, timestamps }, values) => {
    const { certificate, identity, network } = facts;
    const other = otherNetworkOf(facts, baseline, values);
    if (certificate === null || identity === null || network === null || other === null)
      return null;
    if (timestamps.length < valueOf(values, "returns")) return null;
    const window = countText(valueOf(values, "minutes"), "minute");
    return {
      subject: certificateSubject(certificate),
      severity: identity.kind === "person" ? "medium" : "high",
      summary: `${certificate.subject} of ${identity.name} was used from ${network} and ${other} in turn${onService(facts)}.`,
      surprise: `Used from ${network} and ${other} in turn within ${window}.`,
      baseline: "One key is in one place at a time, and does not return to it within minutes.",
    };
  },
};
