import { entryRules } from "@/lib/alerts/rules/all-rules";
import { settingOf } from "@/lib/alerts/rules/settings";
import { makeKnown } from "@/lib/alerts/read/known";
import type { CertificateFacts, EntryRule, Facts, Finding, View, Who } from "@/lib/alerts/types";
import { networkOf } from "@/lib/custody/networks";

export const day = 86_400_000,
  hour = 3_600_000,
  minute = 60_000;
/** A Tuesday at nine, UTC. */
export const begin = Date.UTC(2026, 8, 1, 9);

export const service = (over: Partial<Who> = {}): Who => ({
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
export function facts(over: Partial<Facts> = {}): Facts {
  const ip = over.ip === undefined ? "10.1.2.3" : over.ip;
  return {
    seq: 1,
    at: begin,
    action: "request.authorized",
    outcome: "success",
    reason: null,
    actor: { kind: "certificate", id: "crt_1", label: "billing-worker" },
    target: null,
    who: service(),
    certificate: certificate(),
    fingerprint: "ab",
    network: networkOf(ip),
    service: "billing",
    code: null,
    status: null,
    proved: true,
    details: {},
    ...over,
    ip,
  };
}

/** The same refused because of its certificate. */
export const refusedFor = (code: string, over: Partial<Facts> = {}): Facts =>
  facts({ action: "request.denied", outcome: "denied", code, status: 401, proved: false, ...over });
export const stranger = (code: string, over: Partial<Facts> = {}): Facts =>
  refusedFor(code, {
    who: null,
    certificate: null,
    actor: { kind: "anonymous", id: null, label: "anonymous" },
    ...over,
  });

/** What becomes of entries in order, with one rule alone and its shipped values, as the reader does it. */
export function play(
  rule: EntryRule,
  all: readonly Facts[],
  view: Partial<View> = {},
): (Finding | null)[] {
  const { values } = settingOf(rule, []),
    known = new Map<string, ReturnType<typeof makeKnown>>(),
    moments = new Map<string, number[]>();
  return all.map((one) => {
    const mine = known.get(one.who?.id ?? "") ?? makeKnown(),
      before = mine.count > 0 ? mine : null,
      counted = rule.counts?.(one, values, before) ?? null;
    known.set(one.who?.id ?? "", mine);
    const kept =
      counted === null
        ? []
        : [
            ...(moments.get(counted.key) ?? []).filter((at) => at > one.at - counted.ms),
            one.at,
          ].slice(-counted.most);
    if (counted !== null) moments.set(counted.key, kept);
    const found = rule.find(
      one,
      { known: before, moments: kept, hours: [], issued: new Map(), ...view },
      values,
    );
    if (one.proved) mine.observe(one);
    return found;
  });
}

/** Those that would open an alert. */
export const opened = (
  rule: EntryRule,
  all: readonly Facts[],
  view: Partial<View> = {},
): Finding[] =>
  play(rule, all, view).filter((one): one is Finding => one !== null && one.follows !== true);

/** Days of healthy use, evenly. */
export const lived = (
  days: number,
  uses: number,
  over: Partial<Facts> | ((n: number) => Partial<Facts>) = {},
): Facts[] =>
  Array.from({ length: uses }, (_none, n) =>
    facts({
      at: begin + Math.floor((n * days * day) / uses),
      ...(typeof over === "function" ? over(n) : over),
    }),
  );

/** No rule has anything to say about these. */
export const allQuiet = (all: readonly Facts[]): string[] =>
  entryRules.flatMap((rule) => opened(rule, all).map(({ summary }) => `${rule.name}: ${summary}`));
