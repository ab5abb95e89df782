import { makeCertificates } from "./certificates";
import type { Fields, Replayed } from "./fields";
import type { Noun } from "./noun";
import { makeNouns } from "./nouns";

type AnyNoun = Noun<unknown>;

/** The log as it was replayed up to a size: what each row has to be. */
export type Replay = Readonly<{
  nouns: readonly AnyNoun[];
  /** Entries must come in order, each once. */
  take: (entry: Replayed) => void;
  /** Says that everything below this number was taken, or cannot be read. */
  reach: (upto: number) => void;
  /** How many entries were taken, counted from the log's beginning. */
  reached: () => number;
  /** How many rows the log knows. */
  size: () => number;
}>;

const widen = <S>(noun: Noun<S>): AnyNoun => noun as unknown as AnyNoun;

/** Only what happened changes what is expected; a plan that failed is told by an entry that is itself a failure. */
const happened = ({ record }: Replayed): boolean =>
  record.outcome === "success" || record.action === "certificate.failed";

/** Starts a replay at entry `from`; rows that were made before it are unknown to it. `say` hears where the log contradicts itself. */
export function makeReplay(say: (words: string) => void, from = 0): Replay {
  const nouns = [
    widen(makeCertificates()),
    ...makeNouns().map((noun: Noun<Fields>) => widen(noun)),
  ];
  const byName = new Map(nouns.map((noun) => [noun.name, noun]));
  let reached = from;
  return {
    nouns,
    take: (entry) => {
      if (entry.seq !== null) reached = entry.seq + 1;
      const noun = nounOf(byName, entry);
      const id = entry.record.target?.id;
      if (!noun || id === undefined) return;
      const after = noun.next(noun.store.get(id), entry, say);
      if (after !== null) noun.store.set(id, after);
    },
    reach: (upto) => {
      reached = Math.max(reached, upto);
    },
    reached: () => reached,
    size: () => nouns.reduce((sum, noun) => sum + noun.store.size(), 0),
  };
}

function nounOf(byName: ReadonlyMap<string, AnyNoun>, entry: Replayed): AnyNoun | undefined {
  const action = typeof entry.record.action === "string" ? entry.record.action : "";
  return happened(entry) ? byName.get(action.slice(0, action.indexOf("."))) : undefined;
}

/** What is expected of a row when what waits in the inbox about it has happened, too. */
export function expectAfter(noun: AnyNoun, id: string, waiting: readonly Replayed[]): unknown {
  const byName = new Map([[noun.name, noun]]);
  return waiting
    .filter((entry) => entry.record.target?.id === id && nounOf(byName, entry) !== undefined)
    .reduce<unknown>((before, entry) => noun.next(before, entry, () => {}), noun.store.get(id));
}
