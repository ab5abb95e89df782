import type { ReplayedEntry } from "../fields";
import { actIdOf, type ExpectedName, type ExpectedNames } from "./held-state";
import { makeOverlapIndex } from "./overlap-index";

/** Two identities of which one got a name that overlaps one that the other had by the log. */
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
 * Finds names that overlap and that two identities hold at once by the log, although none shares
 * them: the database refuses that, unless the row of the other was gone for a while. `namesOf`:
 * those of an identity by now.
 */
export function makeHolders(namesOf: (identity: string) => ExpectedNames | null) {
  const index = makeOverlapIndex();
  const meetings = new Map<string, Meeting[]>();
  const keep = (identity: string, meeting: Meeting): void => {
    meetings.set(identity, [...(meetings.get(identity) ?? []), meeting]);
  };
  const isShared = ({ identity, text, other, otherText }: Meeting): boolean => {
    const one = namesOf(identity)?.names.get(text);
    const two = namesOf(other)?.names.get(otherText);
    return one === undefined || two === undefined || mayMeet(one, two);
  };
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
        if (!after.names.has(text)) index.remove({ identity, text });
      for (const text of after.names.keys()) {
        if (before?.names.has(text)) continue;
        for (const met of index.overlapping({ identity, text })) {
          const [other, otherText] = [met.identity, met.text];
          const meeting = { identity, text, other, otherText, seq: seq ?? 0, act };
          keep(identity, meeting);
          keep(other, meeting);
        }
        index.add({ identity, text });
      }
    },
  };
}

/** Whether both may have the name, as far as the log says. */
const mayMeet = (one: ExpectedName, two: ExpectedName): boolean =>
  one.isOptional ||
  two.isOptional ||
  one.share === undefined ||
  two.share === undefined ||
  (one.share !== null && one.share === two.share);

const describe = ({ identity, text, other, otherText, seq }: Meeting): string =>
  `Entry ${seq} gives ${text} to the identity ${identity}, although ${otherText} belonged to ${other} by the log and was not shared.`;
