import type { Facts } from "@/lib/alerts/types";

const hourMs = 3_600_000;

type Use = {
  i: string;
  c: string;
  n: string;
  s: string;
  count: number;
  refused: number;
  first_seq: number;
  last_seq: number;
  first_at: number;
  last_at: number;
  known: number;
  known_first: number | null;
  known_last: number | null;
};
type Tally = {
  hour: number;
  s: string;
  outcome: string;
  code: string;
  count: number;
  last_at: number;
};
type Issued = { subject: string; profile: string; hour: number; count: number };
type Hour = { subject: string; slot: number; days: number; first: string; last: string };
type Moments = { rule: string; key: string; marks: readonly number[]; last_at: number };

/** What a batch adds to the derived tables, as custody.take_batch reads it. */
export type Gathered = Readonly<{
  use: (facts: Facts) => void;
  tally: (facts: Facts) => void;
  issued: (subject: string, profile: string, hour: number) => void;
  hour: (subject: string, slot: number, day: string) => void;
  moments: (rule: string, key: string, marks: readonly number[], at: number) => void;
  all: () => Readonly<{
    uses: Use[];
    tallies: Tally[];
    issued: Issued[];
    hours: Hour[];
    moments: Moments[];
  }>;
}>;

const outcomes = { success: "allowed", denied: "denied", failure: "failed" } as const;
/** Where requests come from that tell no address. */
export const nowhere = "unknown";

function addUse(
  uses: Map<string, Use>,
  { who, certificate, network, service, at, seq, outcome, proved }: Facts,
): void {
  if (who === null || certificate === null || service === null) return;
  const n = network ?? nowhere,
    key = `${certificate.id} ${n} ${service}`,
    refused = outcome === "denied" ? 1 : 0;
  const use = uses.get(key);
  if (use === undefined) {
    uses.set(key, {
      i: who.id,
      c: certificate.id,
      n,
      s: service,
      count: 1,
      refused,
      first_seq: seq,
      last_seq: seq,
      first_at: at,
      last_at: at,
      known: proved ? 1 : 0,
      known_first: proved ? at : null,
      known_last: proved ? at : null,
    });
    return;
  }
  use.count += 1;
  use.refused += refused;
  use.last_seq = seq;
  use.last_at = Math.max(use.last_at, at);
  if (!proved) return;
  use.known += 1;
  use.known_first ??= at;
  use.known_last = Math.max(use.known_last ?? at, at);
}

export function makeGathered(): Gathered {
  const uses = new Map<string, Use>(),
    tallies = new Map<string, Tally>(),
    issued = new Map<string, Issued>(),
    hours = new Map<string, Hour>(),
    moments = new Map<string, Moments>();
  return {
    use: (facts) => addUse(uses, facts),
    tally: ({ at, action, service, outcome, code }) => {
      if (service === null) return;
      const hour = Math.floor(at / hourMs) * hourMs,
        s = action === "event.reported" ? "events" : service,
        key = `${hour} ${outcome} ${code ?? ""} ${s}`,
        tally = tallies.get(key);
      if (tally === undefined)
        tallies.set(key, {
          hour,
          s,
          outcome: outcomes[outcome] ?? "failed",
          code: (outcome === "success" ? "" : (code ?? "")).slice(0, 100),
          count: 1,
          last_at: at,
        });
      else {
        tally.count += 1;
        tally.last_at = Math.max(tally.last_at, at);
      }
    },
    issued: (subject, profile, hour) => {
      const key = `${hour} ${profile} ${subject}`,
        one = issued.get(key);
      if (one === undefined) issued.set(key, { subject, profile, hour, count: 1 });
      else one.count += 1;
    },
    hour: (subject, slot, day) => {
      const key = `${slot} ${subject}`,
        one = hours.get(key);
      if (one === undefined) hours.set(key, { subject, slot, days: 1, first: day, last: day });
      else {
        one.days += 1;
        one.last = day;
      }
    },
    moments: (rule, key, marks, at) =>
      void moments.set(`${rule} ${key}`, { rule, key, marks: [...marks], last_at: at }),
    all: () => ({
      uses: [...uses.values()],
      tallies: [...tallies.values()],
      issued: [...issued.values()],
      hours: [...hours.values()],
      moments: [...moments.values()],
    }),
  };
}
