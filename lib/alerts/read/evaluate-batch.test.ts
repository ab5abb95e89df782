import { expect, test } from "vitest";
import type { EntryRecord } from "@/lib/log/types";
import { evaluateBatch, maxActionNames, otherActionsName } from "./evaluate-batch";
import { makeBaseline, type RuleState } from "./rule-state";

const identity = { id: "idn_1", name: "reporter", kind: "service", networks: [] } as const;
const certificate = {
  id: "crt_1",
  identityId: identity.id,
  subject: "CN=reporter",
  notBefore: 0,
  notAfter: 4e12,
  revokedAt: null,
  reason: null,
  successor: false,
};
const makeState = (): RuleState => ({
  upto: 0,
  rules: [],
  exceptions: [],
  certificates: new Map([["crt_1", { identity, certificate }]]),
  baselines: new Map([[identity.id, makeBaseline()]]),
  activeHours: new Map(),
  issued: new Map(),
  timestamps: new Map(),
});
const pacing = { elapsedMs: () => 0, yieldToOthers: async () => {} };

function reportOf(name: string): EntryRecord {
  return {
    v: 1,
    id: "ent_1",
    ts: "2026-11-23T08:00:00.000000Z",
    action: "event.reported",
    outcome: "success",
    reason: null,
    actor: { kind: "service", id: identity.id, label: identity.name },
    credential: { certificateId: "crt_1", serial: "01", fingerprintSha256: "aa" },
    target: null,
    origin: { ip: "10.0.0.1", port: null, userAgent: null, via: [] },
    requestId: "req_1",
    correlationId: "req_1",
    decision: null,
    details: { name },
  } as unknown as EntryRecord;
}
const evaluate = (state: RuleState, names: readonly string[]) =>
  evaluateBatch(
    state,
    names.map((name, seq) => ({ seq, record: reportOf(name) })),
    pacing,
  );
const servicesOf = async (state: RuleState, names: readonly string[]): Promise<string[]> =>
  (await evaluate(state, names)).delta.toJson().uses.map(({ s }) => s);

test("a service that reports ever more names is limited in table rows, and each report is still counted", async () => {
  const names = Array.from({ length: maxActionNames + 250 }, (_none, n) => `thing${n}.done`);
  const { delta } = await evaluate(makeState(), names);
  const { uses } = delta.toJson();
  expect(uses).toHaveLength(maxActionNames + 1);
  expect(uses.find(({ s }) => s === otherActionsName)?.count).toBe(250);
  expect(uses.reduce((sum, { count }) => sum + count, 0)).toBe(names.length);
});

test("beyond the limit, known names are still counted separately", async () => {
  const state = makeState();
  await evaluate(
    state,
    Array.from({ length: maxActionNames }, (_none, n) => `thing${n}.done`),
  );
  expect(await servicesOf(state, ["thing7.done", "never.seen", "thing8.done"])).toEqual([
    "thing7.done",
    otherActionsName,
    "thing8.done",
  ]);
});

test("the limit applies per identity, and below it every name is counted separately", async () => {
  expect(await servicesOf(makeState(), ["never.seen", "payment.approved"])).toEqual([
    "never.seen",
    "payment.approved",
  ]);
});
