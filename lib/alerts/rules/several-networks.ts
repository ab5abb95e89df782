import { inNetworks } from "@/lib/custody/networks";
import type { EntryRule, Facts, Known, Values } from "@/lib/alerts/types";
import { rangeOf } from "./first-network";
import { certificateSubject, countWords, day, minute, of, onWhat, value } from "./words";

const firstAddress = (network: string): string => network.replace(/\/\d+$/, "");
/** Somebody with both kinds of addresses is in one place all the same. */
const sameFamily = (a: string, b: string): boolean => a.includes(":") === b.includes(":");

/** Whether two places are usual for the identity, or allowed by name, or one place. */
function expected(
  { who, at }: Facts,
  known: Known,
  places: readonly [string, string],
  learnMs: number,
): boolean {
  const [a, b] = places;
  if (!sameFamily(a, b) || rangeOf(a) === rangeOf(b)) return true;
  if (places.every((place) => at - (known.networks.get(place)?.firstAt ?? at) >= learnMs))
    return true;
  return (
    who !== null &&
    who.networks.length > 0 &&
    places.every((place) => inNetworks(firstAddress(place), who.networks))
  );
}

/**
 * The network that this certificate was used from between two uses from here, within the span: it is in two places at once. One that moves
 * does not come back so soon.
 */
function elsewhere(facts: Facts, known: Known | null, values: Values): string | null {
  const { certificate, network, at, proved } = facts;
  if (certificate === null || network === null || known === null || !proved) return null;
  const places = known.lastFrom(certificate.id),
    here = places.get(network),
    learnMs = of(values, "learnDays") * day;
  if (
    here === undefined ||
    places.size < 2 ||
    at - here > of(values, "minutes") * minute ||
    at - known.firstAt < learnMs
  )
    return null;
  for (const [place, lastAt] of places)
    if (place !== network && lastAt > here && !expected(facts, known, [place, network], learnMs))
      return place;
  return null;
}

/** One key at work in two places in turn: it was copied. */
export const severalNetworks: EntryRule = {
  name: "several-networks",
  title: "One key in several networks at once",
  severity: "high",
  explanation:
    "One certificate was used from two networks in turn within a few minutes, there and back and there again. A key that moves does not do that; one that was copied does.",
  quietBecause:
    "Moving from one network to another is not enough. Pairs of networks that are both usual for the identity, both allowed by name, or parts of one larger network do not count, and nobody is judged while what is usual is being learned.",
  values: [
    value("minutes", "Within", "minutes", 10, [1, 60]),
    value("returns", "Times back and forth", "times", 2, [1, 100]),
    value("learnDays", "Learns for", "days", 3, [0, 90]),
  ],
  counts: (facts, values, known) =>
    elsewhere(facts, known, values) === null
      ? null
      : {
          key: facts.certificate?.id ?? "",
          ms: of(values, "minutes") * minute,
          most: Math.max(of(values, "returns"), 1),
        },
  find: (facts, { known, moments }, values) => {
    const { certificate, who, network } = facts,
      other = elsewhere(facts, known, values);
    if (
      certificate === null ||
      who === null ||
      network === null ||
      other === null ||
      moments.length < of(values, "returns")
    )
      return null;
    return {
      subject: certificateSubject(certificate),
      severity: who.kind === "person" ? "medium" : "high",
      summary: `${certificate.subject} of ${who.name} was used from ${network} and ${other} in turn${onWhat(facts)}.`,
      surprise: `Used from ${network} and ${other} in turn within ${countWords(of(values, "minutes"), "minute")}.`,
      baseline: "One key is in one place at a time, and comes back to it only after a while.",
    };
  },
};
