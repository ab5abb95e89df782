import { hourMs } from "@/lib/format/time-units";
import type { EntryFacts } from "@/lib/alerts/types";

// Keys as `custody.take_batch` reads them from JSON: i identity, c certificate, n network,
// s service; `known…` counts only requests in which the certificate was accepted.
type UseDelta = {
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
type OutcomeDelta = {
  hour: number;
  s: string;
  outcome: string;
  code: string;
  count: number;
  last_at: number;
};
type IssuedDelta = { subject: string; profile: string; hour: number; count: number };
type HourDelta = { subject: string; slot: number; days: number; first: string; last: string };
type TimestampsDelta = { rule: string; key: string; marks: readonly number[]; last_at: number };

/** What a batch adds to the derived tables, in the form that `custody.take_batch` takes. */
export type StateDelta = Readonly<{
  addUse: (facts: EntryFacts) => void;
  addOutcome: (facts: EntryFacts) => void;
  addIssued: (subject: string, profile: string, hour: number) => void;
  addActiveHour: (subject: string, hourOfDay: number, day: string) => void;
  setTimestamps: (rule: string, key: string, timestamps: readonly number[], at: number) => void;
  toJson: () => Readonly<{
    uses: UseDelta[];
    tallies: OutcomeDelta[];
    issued: IssuedDelta[];
    hours: HourDelta[];
    moments: TimestampsDelta[];
  }>;
}>;

const outcomes = { success: "allowed", denied: "denied", failure: "failed" } as const;
/** The network of requests whose address is not known. */
const unknownNetwork = "unknown";

export function makeStateDelta(): StateDelta {
  const uses = new Map<string, UseDelta>();
  const tallies = new Map<string, OutcomeDelta>();
  const issued = new Map<string, IssuedDelta>();
  const hours = new Map<string, HourDelta>();
  const moments = new Map<string, TimestampsDelta>();
  return {
    addUse: (facts) => addUse(uses, facts),
    addOutcome: (facts) => addOutcome(tallies, facts),
    addIssued: (subject, profile, hour) => {
      const key = `${hour} ${profile} ${subject}`;
      const row = issued.get(key);
      if (row === undefined) issued.set(key, { subject, profile, hour, count: 1 });
      else row.count += 1;
    },
    addActiveHour: (subject, slot, day) => {
      const key = `${slot} ${subject}`;
      const row = hours.get(key);
      if (row === undefined) {
        hours.set(key, { subject, slot, days: 1, first: day, last: day });
        return;
      }
      row.days += 1;
      row.last = day;
    },
    setTimestamps: (rule, key, timestamps, at) => {
      moments.set(`${rule} ${key}`, { rule, key, marks: [...timestamps], last_at: at });
    },
    toJson: () => ({
      uses: [...uses.values()],
      tallies: [...tallies.values()],
      issued: [...issued.values()],
      hours: [...hours.values()],
      moments: [...moments.values()],
    }),
  };
}

function addUse(
  uses: Map<string, UseDelta>,
  { identity, certificate, network, service, at, seq, outcome, isAuthenticated }: EntryFacts,
): void {
  if (identity === null || certificate === null || service === null) return;
  const n = network ?? unknownNetwork;
  const key = `${certificate.id} ${n} ${service}`;
  const refused = outcome === "denied" ? 1 : 0;
  const row = uses.get(key);
  if (row === undefined) {
    uses.set(key, {
      i: identity.id,
      c: certificate.id,
      n,
      s: service,
      count: 1,
      refused,
      first_seq: seq,
      last_seq: seq,
      first_at: at,
      last_at: at,
      known: isAuthenticated ? 1 : 0,
      known_first: isAuthenticated ? at : null,
      known_last: isAuthenticated ? at : null,
    });
    return;
  }
  row.count += 1;
  row.refused += refused;
  row.last_seq = seq;
  row.last_at = Math.max(row.last_at, at);
  if (!isAuthenticated) return;
  row.known += 1;
  row.known_first ??= at;
  row.known_last = Math.max(row.known_last ?? at, at);
}

function addOutcome(
  tallies: Map<string, OutcomeDelta>,
  { at, action, service, outcome, code, times }: EntryFacts,
): void {
  if (service === null) return;
  const hour = Math.floor(at / hourMs) * hourMs;
  const s = action === "event.reported" ? "events" : service;
  const stored = { s, outcome: outcomes[outcome], code: outcome === "success" ? "" : (code ?? "") };
  // Of what is stored: two rows with one key would break the statement that stores them.
  const key = JSON.stringify([hour, stored.s, stored.outcome, stored.code]);
  const row = tallies.get(key);
  if (row === undefined) {
    tallies.set(key, { hour, ...stored, count: times, last_at: at });
    return;
  }
  row.count += times;
  row.last_at = Math.max(row.last_at, at);
}
