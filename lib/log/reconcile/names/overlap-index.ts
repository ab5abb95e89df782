import { readCarriedName } from "@/lib/pki/held-names/carried-name";
import type { HeldName } from "@/lib/pki/held-names/held-name";
import { spanOf, type NameSpan } from "@/lib/pki/held-names/span";
import { makeShards, shardOf } from "../entity-type";
import { parseHeldText } from "./name-text";

/** A name of an identity, by its text in entries. */
export type Holding = Readonly<{ identity: string; text: string }>;

type Network = Holding & Readonly<{ span: NameSpan }>;

const groups = 32;

/**
 * Where a holding is kept: by the lower end of its span, in a shard by the group that a pattern over
 * it is in, too, so that few are looked at for one.
 */
type Place = Readonly<{ lower: string; group: string; span: NameSpan | null }>;

/** All holdings by what they overlap, as the database keeps identities from names of others. */
export function makeOverlapIndex() {
  const shards = makeShards<readonly Holding[]>();
  /** Few, as only administrators give them. */
  let networks: readonly Network[] = [];
  const shardAt = ({ lower, group }: Place) =>
    shards[(shardOf(group) % groups) * groups + (shardOf(lower) % groups)];
  const at = (place: Place): readonly Holding[] => shardAt(place)?.get(place.lower) ?? [];

  /** Those in the group whose span begins within this one, but not with it. */
  function* within({ lower, group, span }: Place): Generator<Holding> {
    if (span === null) return;
    const first = (shardOf(group) % groups) * groups;
    for (const shard of shards.slice(first, first + groups))
      for (const [other, holdings] of shard)
        if (other > lower && (span.upperIncluded ? other <= span.upper : other < span.upper))
          yield* holdings;
  }

  return {
    add: (holding: Holding): void => {
      const place = placeOf(holding.text);
      if (isNetwork(place)) networks = [...networks, { ...holding, span: place.span }];
      else shardAt(place)?.set(place.lower, [...at(place), holding]);
    },
    remove: ({ identity, text }: Holding): void => {
      const isOther = (one: Holding) => one.identity !== identity || one.text !== text;
      const place = placeOf(text);
      if (isNetwork(place)) networks = networks.filter(isOther);
      else {
        const left = at(place).filter(isOther);
        if (left.length > 0) shardAt(place)?.set(place.lower, left);
        else shardAt(place)?.delete(place.lower);
      }
    },
    /** What other identities hold that overlaps this. */
    overlapping: ({ identity, text }: Holding): Holding[] => {
      const place = placeOf(text);
      const { span } = place;
      const found = [...at(place), ...patternsAbove(place).flatMap(at)];
      if (span?.lower.startsWith("ip"))
        found.push(...networks.filter((one) => overlap(one.span, span)));
      if (span !== null && span.lower !== span.upper)
        for (const one of within(place)) found.push(one);
      return found.filter((one) => one.identity !== identity);
    },
  };
}

const isNetwork = (place: Place): place is Place & Readonly<{ span: NameSpan }> =>
  place.lower.startsWith("ip") && place.span !== null && place.span.lower !== place.span.upper;

/** Of addresses, whose spans include both ends. */
const overlap = (one: NameSpan, other: NameSpan): boolean =>
  one.lower <= other.upper && other.lower <= one.upper;

/** The spans that a pattern over this one could have. */
function patternsAbove({ lower, group }: Place): Place[] {
  if (!/^(?:dns|uri):/.test(lower)) return [];
  const places: Place[] = [];
  for (let end = group.length; end > 0 && end < lower.length;) {
    places.push({ lower: lower.slice(0, end), group, span: null });
    const next = lower.startsWith("uri:") ? lower.indexOf("/", end) : -1;
    end = next < 0 ? 0 : next + 1;
  }
  return places;
}

/** Case folding of other letters depends on the version of Unicode. */
const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);

const isLegacy = ({ type, value }: HeldName): boolean =>
  readCarriedName(type, value).type === "legacy";

/** The span of a text; null for what is no name, as entries may say anything. */
function spanOfText(text: string): NameSpan | null {
  // No host, address, mailbox or URI has a space; to find that out otherwise takes long.
  if (/^CN:[^@:/]* [^@:/]*$/.test(text)) {
    const point = `cn:${text.slice(3).toLowerCase()}`;
    return { lower: point, upper: point, upperIncluded: true };
  }
  const name = parseHeldText(text);
  // A mailbox in no canonical form has the same label, but overlaps only itself.
  if (name === null || (name.type === "email" && isLegacy(name))) return null;
  try {
    return spanOf(name);
  } catch {
    return null;
  }
}

function placeOf(text: string): Place {
  const span = isAscii(text) ? spanOfText(text) : null;
  if (span === null) return { lower: `text:${text}`, group: text, span };
  const { lower } = span;
  if (lower.startsWith("dns:")) {
    const parent = lower.slice(0, lower.lastIndexOf(".") + 1);
    return { lower, group: parent === "" ? lower : parent, span };
  }
  const host = /^uri:[^/]*\/\/[^/?]*\//.exec(lower)?.[0];
  const family = /^ip[46]:/.exec(lower)?.[0];
  return { lower, group: host ?? family ?? lower, span };
}
