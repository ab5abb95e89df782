import { makeShards, shardOf } from "../entity-type";
import type { ReplayedEntry } from "../fields";
import { actIdOf, type ExpectedName, type ExpectedNames } from "./held-state";

/** Two identities of which one got a name that the other had by the log. */
type Meeting = Readonly<{
  identity: string;
  text: string;
  other: string;
  otherText: string;
  seq: number;
  /** The act that gave it. */
  act: string;
}>;

/**
 * Finds names that two identities hold at once by the log, although none shares them: the database
 * refuses that, unless the row of the other was gone for a while. `namesOf`: those of an identity
 * by now.
 */
export function makeHolders(namesOf: (identity: string) => ExpectedNames | null) {
  const shards = makeShards<readonly string[]>();
  const of = (text: string) => shards[shardOf(text)];
  const meetings = new Map<string, Meeting[]>();
  const keep = (identity: string, meeting: Meeting): void => {
    meetings.set(identity, [...(meetings.get(identity) ?? []), meeting]);
  };
  const isShared = ({ identity, text, other, otherText }: Meeting): boolean => {
    const one = namesOf(identity)?.names.get(text);
    const two = namesOf(other)?.names.get(otherText);
    return one === undefined || two === undefined || mayMeet(one, two);
  };
  const othersWith = (identity: string, text: string): (readonly [string, string])[] =>
    [text, ...patternsAbove(text)].flatMap((otherText) =>
      (of(otherText)?.get(otherText) ?? [])
        .filter((other) => other !== identity)
        .map((other) => [other, otherText] as const),
    );
  /** What is left of the meetings of an identity whose acts are over. */
  const take = (identity: string, isGoingOn: (act: string) => boolean): string[] => {
    const own = meetings.get(identity) ?? [];
    const over = own.filter((one) => !isGoingOn(one.act));
    if (over.length === 0) return [];
    for (const id of new Set(over.flatMap((one) => [one.identity, one.other]))) {
      const left = (meetings.get(id) ?? []).filter((one) => !over.includes(one));
      if (left.length > 0) meetings.set(id, left);
      else meetings.delete(id);
    }
    return over.filter((one) => !isShared(one)).map(describe);
  };
  return {
    take,
    /** The identities in the meetings of one: its own, too, and none if there are none. */
    involvedWith: (identity: string): readonly string[] => [
      ...new Set((meetings.get(identity) ?? []).flatMap((one) => [one.identity, one.other])),
    ],
    /** Notes what an entry changed. */
    change: (
      identity: string,
      before: ExpectedNames | null,
      after: ExpectedNames,
      { seq, record }: ReplayedEntry,
    ): void => {
      const act = actIdOf(record);
      for (const text of before?.names.keys() ?? [])
        if (!after.names.has(text)) remove(of(text), text, identity);
      for (const text of after.names.keys()) {
        if (before?.names.has(text)) continue;
        for (const [other, otherText] of othersWith(identity, text)) {
          const meeting = { identity, text, other, otherText, seq: seq ?? 0, act };
          keep(identity, meeting);
          keep(other, meeting);
        }
        of(text)?.set(text, [...(of(text)?.get(text) ?? []), identity]);
      }
    },
  };
}

function remove(
  shard: Map<string, readonly string[]> | undefined,
  text: string,
  identity: string,
): void {
  const left = (shard?.get(text) ?? []).filter((one) => one !== identity);
  if (left.length > 0) shard?.set(text, left);
  else shard?.delete(text);
}

/** `DNS:*.a.example` above `DNS:x.a.example`. */
const patternsAbove = (text: string): string[] => {
  const parent = /^DNS:[^*.]+\.(.+)$/.exec(text)?.[1];
  return parent === undefined ? [] : [`DNS:*.${parent}`];
};

/** Whether both may have the name, as far as the log says. */
const mayMeet = (one: ExpectedName, two: ExpectedName): boolean =>
  one.isOptional ||
  two.isOptional ||
  one.share === undefined ||
  two.share === undefined ||
  (one.share !== null && one.share === two.share);

const describe = ({ identity, text, other, otherText, seq }: Meeting): string =>
  `Entry ${seq} gives ${text} to the identity ${identity}, although ${otherText} belonged to ${other} by the log and was not shared.`;
