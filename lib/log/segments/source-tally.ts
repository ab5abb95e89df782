import { formatRanges } from "@/lib/log/pure/number-ranges";

type Members = Readonly<Record<string, unknown>>;

/** What entries say about the numbers of one source: as tlog.count_sources takes it. */
type Said = {
  id: string;
  boot: string;
  arrived: number;
  numbers: string;
  firstSeq: number;
  lastSeen: string | null;
  settled: number;
  ended: boolean;
  voided: string[];
  missing: string[];
};

export type SourceTally = Readonly<{
  add: (seq: number, entry: Members, sequencedAt: string) => void;
  /** What was added since the last call. */
  take: () => readonly Said[];
}>;

const maxNameChars = 200;
const maxRangesChars = 60_000;
const nameOf = (value: unknown): string | null =>
  typeof value === "string" && value.isWellFormed() && !value.includes("\0")
    ? Array.from(value).slice(0, maxNameChars).join("")
    : null;
const numberOf = (value: unknown): number | null =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < 1e15
    ? (value as number)
    : null;
const textOf = (value: unknown): string =>
  typeof value === "string" && value.length <= maxRangesChars ? value : "";
const membersOf = (value: unknown): Members =>
  typeof value === "object" && value !== null ? (value as Members) : {};

/** Counts which numbers of each source arrive, for the page of sources and for missing numbers. */
export function makeSourceTally(): SourceTally {
  let said = new Map<string, Said & { list: number[] }>();
  const of = (id: string, boot: string): Said & { list: number[] } => {
    const key = `${id}\n${boot}`;
    const known = said.get(key);
    if (known) return known;
    const none = { arrived: 0, numbers: "", firstSeq: 0, lastSeen: null, settled: 0, ended: false };
    const made = { id, boot, ...none, voided: [], missing: [], list: [] };
    said.set(key, made);
    return made;
  };
  return {
    add: (seq, entry, sequencedAt) => {
      const { src, action } = entry;
      const details = membersOf(entry["details"]);
      if (action === "source.gap") {
        const id = nameOf(details["source"]);
        const boot = nameOf(details["boot"]);
        if (id !== null && boot !== null) of(id, boot).missing.push(textOf(details["missing"]));
      }
      const { id: rawId, boot: rawBoot, seq: rawNumber } = membersOf(src);
      const id = nameOf(rawId);
      const boot = nameOf(rawBoot);
      const number = numberOf(rawNumber);
      if (id === null || boot === null || number === null) return;
      const source = of(id, boot);
      if (source.arrived === 0) source.firstSeq = seq;
      source.arrived += 1;
      source.list.push(number);
      source.lastSeen = sequencedAt;
      // A source speaks for itself alone.
      if (action !== "source.heartbeat" || details["source"] !== id || details["boot"] !== boot)
        return;
      source.settled = Math.max(source.settled, numberOf(details["settled"]) ?? 0);
      source.ended ||= details["ended"] === true;
      source.voided.push(textOf(details["voided"]));
    },
    take: () => {
      const all = [...said.values()].map(({ list, ...rest }) => ({
        ...rest,
        numbers: formatRanges(rangesOf(list)),
      }));
      said = new Map();
      return all;
    },
  };
}

function rangesOf(numbers: readonly number[]): (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && number <= last[1] + 1) last[1] = Math.max(last[1], number);
    else ranges.push([number, number]);
  }
  return ranges;
}
