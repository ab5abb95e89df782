import { entryRules } from "@/lib/alerts/rules/all-rules";
import { settingOf } from "@/lib/alerts/rules/settings";
import { makeBaseline } from "@/lib/alerts/read/rule-state";
import type {
  CertificateFacts,
  EntryRule,
  EntryFacts,
  Finding,
  RuleContext,
  IdentityFacts,
} from "@/lib/alerts/types";
import { networkOf } from "@/lib/net/network";

export const day = 86_400_000;
export const hour = 3_600_000;
export const minute = 60_000;
/** A Tuesday at nine, UTC. */
export const begin = Date.UTC(2026, 8, 1, 9);

export const service = (over: Partial<IdentityFacts> = {}): IdentityFacts => ({
  id: "idn_1",
  name: "billing-worker",
  kind: "service",
  networks: [],
  ...over,
});
export const certificate = (over: Partial<CertificateFacts> = {}): CertificateFacts => ({
  id: "crt_1",
  identityId: "idn_1",
  subject: "billing.example.com",
  notBefore: begin - 30 * day,
  notAfter: begin + 60 * day,
  revokedAt: null,
  reason: null,
  successor: false,
  ...over,
});

/** One request of a service, allowed. */
export function facts(over: Partial<EntryFacts> = {}): EntryFacts {
  const ip = over.ip === undefined ? "10.1.2.3" : over.ip;
  return {
    seq: 1,
    at: begin,
    action: "request.authorized",
    outcome: "success",
    reason: null,
    actor: { kind: "certificate", id: "crt_1", label: "billing-worker" },
    target: null,
    identity: service(),
    certificate: certificate(),
    fingerprint: "ab",
    network: networkOf(ip),
    service: "billing",
    code: null,
    status: null,
    isAuthenticated: true,
    times: 1,
    details: {},
    ...over,
    ip,
  };
}

/** The same refused because of its certificate. */
export const refusedFor = (code: string, over: Partial<EntryFacts> = {}): EntryFacts =>
  facts({
    action: "request.denied",
    outcome: "denied",
    code,
    status: 401,
    isAuthenticated: false,
    ...over,
  });
export const stranger = (code: string, over: Partial<EntryFacts> = {}): EntryFacts =>
  refusedFor(code, {
    identity: null,
    certificate: null,
    actor: { kind: "anonymous", id: null, label: "anonymous" },
    ...over,
  });

/**
 * What becomes of entries in order, with one rule alone and its shipped values, as the reader does
 * it.
 */
export function play(
  rule: EntryRule,
  all: readonly EntryFacts[],
  view: Partial<RuleContext> = {},
): (Finding | null)[] {
  const { values } = settingOf(rule, []);
  const known = new Map<string, ReturnType<typeof makeBaseline>>();
  const moments = new Map<string, number[]>();
  return all.map((one) => {
    const mine = known.get(one.identity?.id ?? "") ?? makeBaseline();
    const before = mine.count > 0 ? mine : null;
    const counted = rule.counter?.(one, values, before) ?? null;
    known.set(one.identity?.id ?? "", mine);
    const kept =
      counted === null
        ? []
        : [
            ...(moments.get(counted.key) ?? []).filter((at) => at > one.at - counted.windowMs),
            ...Array.from({ length: Math.min(one.times, counted.max) }, () => one.at),
          ].slice(-counted.max);
    if (counted !== null) moments.set(counted.key, kept);
    const found = rule.evaluate(
      one,
      { baseline: before, timestamps: kept, activeHours: [], issuedPerHour: new Map(), ...view },
      values,
    );
    if (one.isAuthenticated) mine.observe(one);
    return found;
  });
}

/** Those that would open an alert. */
export const opened = (
  rule: EntryRule,
  all: readonly EntryFacts[],
  view: Partial<RuleContext> = {},
): Finding[] =>
  play(rule, all, view).filter((one): one is Finding => one !== null && one.continuesOnly !== true);

/** Days of healthy use, evenly. */
export const lived = (
  days: number,
  uses: number,
  over: Partial<EntryFacts> | ((n: number) => Partial<EntryFacts>) = {},
): EntryFacts[] =>
  Array.from({ length: uses }, (_none, n) =>
    facts({
      at: begin + Math.floor((n * days * day) / uses),
      ...(typeof over === "function" ? over(n) : over),
    }),
  );

/** No rule has anything to say about these. */
export const allQuiet = (all: readonly EntryFacts[]): string[] =>
  entryRules.flatMap((rule) => opened(rule, all).map(({ summary }) => `${rule.name}: ${summary}`));
