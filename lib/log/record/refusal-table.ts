import type { AnyActor, Actor } from "@/lib/access/actor";
import { minuteMs } from "@/lib/format/time-units";
import type { EntryDetails, NewEntry } from "@/lib/log/types";
import { networkOf } from "@/lib/net/network";
import { addTally, makeTally, mergeTally, type Tally, topOf } from "./tally";

/** The entry of one refused request. */
export type RefusalEntry = Extract<NewEntry, { action: "request.refused" | "request.denied" }>;
type SummaryEntry = Extract<NewEntry, { action: "request.refused-many" }>;

/** Refused requests that were counted instead of recorded one by one. */
export type RefusalCount = {
  readonly action: RefusalEntry["action"];
  readonly outcome: RefusalEntry["outcome"];
  readonly code: string;
  readonly status: number;
  /** Null: from more networks than are counted separately. */
  readonly network: string | null;
  /** The actor of the first of them: its address and request ID lead to more. */
  readonly first: AnyActor;
  readonly firstAt: Date;
  lastAt: Date;
  count: number;
  readonly addresses: Tally;
  readonly requests: Tally;
  readonly reasons: Tally;
  readonly services: Tally;
  readonly proxies: Tally;
  /** What unknown certificates say about themselves, by their fingerprint. */
  readonly presented: Map<string, PresentedClaims>;
};
type PresentedClaims = NonNullable<EntryDetails["request.refused-many"]["presented"]>[number];

/** How much a process records about unknown callers. All are counts. */
export type RefusalLimits = Readonly<{
  /** Refusals of one network, code and proxy that get an entry each, in a minute. */
  singlesPerNetwork: number;
  /** The same for all networks together. */
  singles: number;
  /** Networks and codes that are counted separately. */
  networks: number;
}>;

export const defaultRefusalLimits: RefusalLimits = {
  singlesPerNetwork: 5,
  singles: 300,
  networks: 500,
};
/** The addresses of one IPv4 network are counted exactly. */
const maxAddresses = 256;
const maxListedAddresses = 16;
const maxRequests = 10;
const maxReasons = 8;
const maxNames = 8;
const maxPresented = 5;
const maxPathChars = 200;

/**
 * Limits what callers without a certificate, token or session can make this process write: the
 * first refusals of a minute get an entry each, the rest is counted by network, code and proxy. The
 * memory is bounded; once it is full, further networks share one count for each code.
 */
export type RefusalTable = Readonly<{
  /** True if the refusal is to be recorded as its own entry; otherwise it was counted. */
  admit: (actor: AnyActor, entry: RefusalEntry, now: Date) => boolean;
  /** Whether something has been counted for a minute or longer. */
  isDue: (now: Date) => boolean;
  /** Removes and returns what was counted. */
  take: () => readonly RefusalCount[];
  /** Adds what could not be written to what was counted since. */
  putBack: (counts: readonly RefusalCount[]) => void;
}>;

export function makeRefusalTable(limits: RefusalLimits = defaultRefusalLimits): RefusalTable {
  let minute = -1;
  let singles = 0;
  let singlesOf = new Map<string, number>();
  let counts = new Map<string, RefusalCount>();
  let since: number | null = null;

  const isSingle = (key: string, now: number): boolean => {
    const current = Math.floor(now / minuteMs);
    if (current !== minute) {
      minute = current;
      singles = 0;
      singlesOf = new Map();
    }
    const used = singlesOf.get(key) ?? 0;
    if (used >= limits.singlesPerNetwork || singles >= limits.singles) return false;
    singles += 1;
    singlesOf.set(key, used + 1);
    return true;
  };
  /** The count for this network, or the shared one if the table is full. */
  const slotOf = (network: string | null, kind: string): [key: string, network: string | null] => {
    const key = keyOf(network, kind);
    return counts.has(key) || counts.size < limits.networks
      ? [key, network]
      : [keyOf(null, kind), null];
  };
  return {
    admit: (actor, entry, now) => {
      const network = networkOf(actor.address.ip);
      const kind = kindOf(entry, actor);
      if (isSingle(keyOf(network, kind), now.getTime())) return true;
      const [key, counted] = slotOf(network, kind);
      const count = counts.get(key) ?? startCount(actor, entry, counted, now);
      counts.set(key, count);
      addRefusal(count, actor, entry, now);
      since ??= now.getTime();
      return false;
    },
    isDue: (now) => since !== null && Math.abs(now.getTime() - since) >= minuteMs,
    take: () => {
      const taken = [...counts.values()];
      counts = new Map();
      since = null;
      return taken;
    },
    putBack: (unwritten) => {
      for (const count of unwritten) {
        const [key, network] = slotOf(
          count.network,
          kindOf({ ...count, details: count }, count.first),
        );
        const existing = counts.get(key);
        counts.set(key, mergeCounts({ ...count, network }, existing));
        since = Math.min(since ?? Infinity, count.firstAt.getTime());
      }
    },
  };
}

type Kind = Readonly<{
  action: string;
  details: Readonly<{ code: string; status?: number | undefined }>;
}>;
const kindOf = ({ action, details }: Kind, { address }: AnyActor): string =>
  `${action} ${details.code} ${details.status ?? 0} ${address.proxy?.id ?? ""}`;
const keyOf = (network: string | null, kind: string): string => `${network ?? "*"} ${kind}`;

function startCount(
  first: AnyActor,
  { action, outcome, details }: RefusalEntry,
  network: string | null,
  now: Date,
): RefusalCount {
  return {
    action,
    outcome,
    code: details.code,
    status: details.status ?? 0,
    network,
    first,
    firstAt: now,
    lastAt: now,
    count: 0,
    addresses: makeTally(maxAddresses),
    requests: makeTally(maxRequests),
    reasons: makeTally(maxReasons),
    services: makeTally(maxNames),
    proxies: makeTally(maxNames),
    presented: new Map(),
  };
}

function addRefusal(count: RefusalCount, actor: AnyActor, entry: RefusalEntry, now: Date): void {
  const { details } = entry;
  count.count += 1;
  count.lastAt = now;
  if (actor.address.ip !== null) addTally(count.addresses, actor.address.ip);
  addTally(count.requests, `${details.method} ${details.path.slice(0, maxPathChars)}`);
  if (entry.reason !== undefined) addTally(count.reasons, entry.reason.slice(0, maxPathChars));
  if ("service" in details) addTally(count.services, details.service.slice(0, maxPathChars));
  if (details.proxy !== undefined) addTally(count.proxies, details.proxy.slice(0, maxPathChars));
  const fingerprint = actor.credential?.fingerprintSha256;
  if (details.presented === undefined || fingerprint === undefined) return;
  if (count.presented.size >= maxPresented) return;
  const { subject, issuer, notBefore, notAfter } = details.presented;
  count.presented.set(fingerprint, {
    fingerprintSha256: fingerprint,
    subject: subject.slice(0, maxPathChars),
    issuer: issuer.slice(0, maxPathChars),
    notBefore,
    notAfter,
  });
}

function mergeCounts(count: RefusalCount, other: RefusalCount | undefined): RefusalCount {
  if (other === undefined) return count;
  for (const name of ["addresses", "requests", "reasons", "services", "proxies"] as const)
    mergeTally(count[name], other[name]);
  for (const [fingerprint, claims] of other.presented)
    if (count.presented.size < maxPresented) count.presented.set(fingerprint, claims);
  return { ...count, count: count.count + other.count, lastAt: other.lastAt };
}

/** The one entry for a count, and its actor: unknown callers, at the address of the first. */
export function summarizeRefusals(
  count: RefusalCount,
): Readonly<{ actor: Actor; entry: SummaryEntry }> {
  const { action, outcome, code, status, network, first, addresses, requests, reasons } = count;
  const names = (tally: Tally): readonly string[] => topOf(tally, maxNames).map(([name]) => name);
  const [topReason] = topOf(reasons, 1);
  const { ip, userAgent, via, proxy } = first.address;
  const isOneClient = addresses.counts.size <= 1 && addresses.other === 0;
  return {
    actor: {
      ...first,
      kind: "anonymous",
      id: null,
      label: "unauthenticated clients",
      role: null,
      credential: null,
      assertedBy: null,
      address: {
        ip: network === null && !isOneClient ? null : ip,
        port: null,
        userAgent: isOneClient ? userAgent : null,
        via,
        ...(proxy && { proxy }),
      },
    },
    entry: {
      action: "request.refused-many",
      outcome,
      reason: topReason?.[0] ?? code,
      target: null,
      details: {
        refused: action,
        code,
        status,
        count: count.count,
        network,
        firstAt: count.firstAt.toISOString(),
        lastAt: count.lastAt.toISOString(),
        addresses: topOf(addresses, maxListedAddresses).map(([address]) => address),
        addressCount: addresses.counts.size,
        moreAddresses: addresses.other > 0,
        requests: topOf(requests, maxRequests).map(([request, times]) => ({
          request,
          count: times,
        })),
        otherRequests: requests.other,
        reasons: topOf(reasons, maxReasons).map(([reason, times]) => ({ reason, count: times })),
        ...(count.services.counts.size === 0 ? {} : { services: names(count.services) }),
        ...(count.proxies.counts.size === 0 ? {} : { proxies: names(count.proxies) }),
        ...(count.presented.size === 0 ? {} : { presented: [...count.presented.values()] }),
      },
    },
  };
}
