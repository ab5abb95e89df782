import { dayMs, hourMs } from "@/lib/format/time-units";
import {
  deleteTimestamps,
  readCursor,
  readSettings,
  readTimestamps,
} from "@/lib/alerts/rule-state-repository";
import { entryRules } from "@/lib/alerts/rules/all-rules";
import { settingOf, type RuleSetting } from "@/lib/alerts/rules/settings";
import type {
  ActiveHour,
  Baseline,
  CertificateFacts,
  EntryFacts,
  EntryRule,
  ExceptionRow,
  IdentityFacts,
  Span,
} from "@/lib/alerts/types";
import type { Deps } from "@/lib/runtime/deps";

export type ActiveRule = Readonly<{ rule: EntryRule; setting: RuleSetting }>;
type KnownCertificate = Readonly<{ identity: IdentityFacts; certificate: CertificateFacts }>;

/**
 * What the rules keep in memory between batches. It is valid only while the cursor in the database
 * is at `upto`; otherwise it is discarded and read again.
 */
export type RuleState = {
  upto: number;
  rules: readonly ActiveRule[];
  exceptions: readonly ExceptionRow[];
  /** Null: Chancery's own certificate, or unknown. */
  certificates: Map<string, KnownCertificate | null>;
  baselines: Map<string, MutableBaseline>;
  activeHours: Map<string, Map<number, ActiveHour>>;
  /** By requester, then by profile, then by hour. */
  issued: Map<string, Map<string, Map<number, number>>>;
  timestamps: Map<string, number[]>;
};

const longestWindowMs = dayMs;
const maxCached = 20_000;

/** Reads the state that belongs to the stored cursor. */
export async function readRuleState(deps: Pick<Deps, "db" | "clock">): Promise<RuleState> {
  const windowStart = new Date(deps.clock.now().getTime() - longestWindowMs);
  const { upto } = await readCursor(deps.db);
  await deleteTimestamps(deps.db, windowStart);
  const rows = await readTimestamps(deps.db, windowStart);
  return {
    upto,
    ...(await readActiveRules(deps)),
    certificates: new Map(),
    baselines: new Map(),
    activeHours: new Map(),
    issued: new Map(),
    timestamps: new Map(rows.map(({ rule, key, timestamps }) => [`${rule} ${key}`, timestamps])),
  };
}

/** The enabled rules with their settings, and the exceptions. */
export async function readActiveRules(
  deps: Pick<Deps, "db" | "clock">,
): Promise<Pick<RuleState, "rules" | "exceptions">> {
  const { settings, exceptions } = await readSettings(deps.db, deps.clock.now());
  return {
    exceptions,
    rules: entryRules
      .map((rule) => ({ rule, setting: settingOf(rule, settings) }))
      .filter(({ setting }) => setting.enabled),
  };
}

/** Bounds the memory: drops what was read longest ago. It is read again when it is needed. */
export function trimRuleState(state: RuleState): void {
  const caches = [state.certificates, state.baselines, state.activeHours, state.issued] as const;
  for (const cache of caches) {
    for (const key of cache.keys()) {
      if (cache.size <= maxCached) break;
      cache.delete(key);
    }
  }
  // Dropped timestamps stay in the database for a day, and are read from there after a restart.
  for (const key of state.timestamps.keys()) {
    if (state.timestamps.size <= maxCached) break;
    state.timestamps.delete(key);
  }
}

/** How long it is remembered from which networks a certificate was used. */
const recentMs = hourMs;

type MutableSpan = { firstAt: number; lastAt: number; count: number };

/** A baseline that grows with each use. */
export type MutableBaseline = Baseline &
  Readonly<{ observe: (facts: EntryFacts) => void; addUse: (use: RecordedUse) => void }>;
export type RecordedUse = Readonly<{
  certificateId: string;
  network: string;
  service: string;
  firstAt: number;
  lastAt: number;
  count: number;
}>;

const noNetworks: ReadonlyMap<string, number> = new Map();

export function makeBaseline(): MutableBaseline {
  const networks = new Map<string, MutableSpan>();
  const services = new Map<string, MutableSpan>();
  const recent = new Map<string, Map<string, number>>();
  const total: MutableSpan = { firstAt: Infinity, lastAt: -Infinity, count: 0 };
  const addUse = ({ certificateId, network, service, ...span }: RecordedUse): void => {
    extendSpan(networks, network, span);
    extendSpan(services, service, span);
    total.firstAt = Math.min(total.firstAt, span.firstAt);
    total.lastAt = Math.max(total.lastAt, span.lastAt);
    total.count += span.count;
    const lastUses = recent.get(certificateId) ?? new Map<string, number>();
    recent.set(certificateId, lastUses);
    lastUses.set(network, Math.max(lastUses.get(network) ?? 0, span.lastAt));
    if (lastUses.size === 1) return;
    for (const [other, at] of lastUses) if (at < span.lastAt - recentMs) lastUses.delete(other);
  };
  return {
    get firstAt() {
      return total.firstAt;
    },
    get lastAt() {
      return total.lastAt;
    },
    get count() {
      return total.count;
    },
    networks,
    services,
    addUse,
    lastFrom: (certificateId) => recent.get(certificateId) ?? noNetworks,
    observe: ({ at, certificate, network, service }) => {
      if (certificate === null || network === null || service === null) return;
      addUse({
        certificateId: certificate.id,
        network,
        service,
        firstAt: at,
        lastAt: at,
        count: 1,
      });
    },
  };
}

function extendSpan(spans: Map<string, MutableSpan>, key: string, by: Span): void {
  const span = spans.get(key);
  if (span === undefined) {
    spans.set(key, { ...by });
    return;
  }
  span.firstAt = Math.min(span.firstAt, by.firstAt);
  span.lastAt = Math.max(span.lastAt, by.lastAt);
  span.count += by.count;
}
