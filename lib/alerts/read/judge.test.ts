import { expect, test } from "vitest";
import type { EntryRecord } from "@/lib/log/types";
import { judge, mostActions, otherActions } from "./judge";
import { makeKnown } from "./known";
import type { Memory } from "./memory";

const who = { id: "idn_1", name: "reporter", kind: "service", networks: [] } as const;
const certificate = {
  id: "crt_1",
  identityId: who.id,
  subject: "CN=reporter",
  notBefore: 0,
  notAfter: 4e12,
  revokedAt: null,
  reason: null,
  successor: false,
};
const makeMemory = (): Memory => ({
  upto: 0,
  rules: [],
  exceptions: [],
  certificates: new Map([["crt_1", { who, certificate }]]),
  known: new Map([[who.id, makeKnown()]]),
  hours: new Map(),
  issued: new Map(),
  moments: new Map(),
});
const pace = { elapsed: () => 0, rest: async () => {} };

function reportOf(name: string): EntryRecord {
  return {
    v: 1,
    id: "ent_1",
    ts: "2026-11-23T08:00:00.000000Z",
    action: "event.reported",
    outcome: "success",
    reason: null,
    actor: { kind: "service", id: who.id, label: who.name },
    credential: { certificateId: "crt_1", serial: "01", fingerprintSha256: "aa" },
    target: null,
    origin: { ip: "10.0.0.1", port: null, userAgent: null, via: [] },
    requestId: "req_1",
    correlationId: "req_1",
    decision: null,
    details: { name },
  } as unknown as EntryRecord;
}
const judged = (memory: Memory, names: readonly string[]) =>
  judge(
    memory,
    names.map((name, seq) => ({ seq, record: reportOf(name) })),
    pace,
  );
const servicesOf = async (memory: Memory, names: readonly string[]): Promise<string[]> =>
  (await judged(memory, names)).gathered.all().uses.map(({ s }) => s);

test("who reports ever new names makes the tables grow no further than a limit, and each report is still counted", async () => {
  const names = Array.from({ length: mostActions + 250 }, (_none, n) => `thing${n}.done`),
    memory = makeMemory();
  const { gathered } = await judged(memory, names),
    { uses } = gathered.all();
  expect(uses).toHaveLength(mostActions + 1);
  expect(uses.find(({ s }) => s === otherActions)?.count).toBe(250);
  expect(uses.reduce((sum, { count }) => sum + count, 0)).toBe(names.length);
});

test("beyond the limit the names that are known are still told apart", async () => {
  const memory = makeMemory();
  await judged(
    memory,
    Array.from({ length: mostActions }, (_none, n) => `thing${n}.done`),
  );
  expect(await servicesOf(memory, ["thing7.done", "never.seen", "thing8.done"])).toEqual([
    "thing7.done",
    otherActions,
    "thing8.done",
  ]);
});

test("the limit of one identity is not that of another, and below it no name is folded", async () => {
  expect(await servicesOf(makeMemory(), ["never.seen", "payment.approved"])).toEqual([
    "never.seen",
    "payment.approved",
  ]);
});
