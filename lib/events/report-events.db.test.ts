import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  batchOf,
  codeOf,
  createReportingIdentity,
  event,
  events,
  makeService,
  readReported,
} from "@/testing/events";
import type { Actor } from "@/lib/access/actor";
import { searchEntries } from "@/lib/log/search/search-entries";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { deleteOldReceipts } from "./event-repository";
import { reportEvents } from "./report-events";

let log: Harness, identityId: string;
beforeEach(async () => {
  log = await openHarness({ sequencer: false, connections: 80 });
  identityId = await makeIdentity();
});
afterEach(() => log.close());

const makeIdentity = () => createReportingIdentity(log);
const service = (over: Partial<Actor> = {}) => makeService(identityId, over);
const report = (body: object, actor = service()) => reportEvents(log.deps, actor, batchOf(body));
const stored = () => readReported(log);
const numbers = async () => (await stored()).map(({ src }) => src?.seq);

describe("what a service reports", () => {
  test("a reported event is recorded as the service's own action, with its certificate, number and all fields", async () => {
    const told = {
      outcome: "denied",
      reason: "limit",
      target: { kind: "payment", id: "pay-7" },
      onBehalfOf: "customer 12",
      clientIp: "2001:db8::1",
      data: { amount: 12.5, tags: ["a", { b: null }] },
    };
    const answer = await report({ events: [event(1, told)] });
    const [entry] = await stored();
    expect(answer).toEqual({
      result: {
        accepted: 1,
        duplicates: 0,
        entries: [{ seq: 1, entryId: entry?.id }],
        missing: "",
        missingCount: 0,
      },
      entryId: entry?.id,
    });
    expect(entry).toMatchObject({
      action: "event.reported",
      outcome: "denied",
      reason: "limit",
      actor: { kind: "certificate", label: "payments" },
      credential: { serial: "0badc0de" },
      target: { kind: "payment", id: "pay-7", label: "pay-7" },
      src: { id: `${identityId}/main`, boot: "run-1", seq: 1 },
      details: {
        name: "payment.approved",
        occurredAt: "2026-11-23T02:38:07Z",
        onBehalfOf: "customer 12",
        clientIp: "2001:db8::1",
        data: told.data,
      },
    });
  });

  test("is found by its name, its target and its certificate", async () => {
    await report({
      events: [event(1, { target: { kind: "payment", id: "pay-7" }, data: { note: "kerfuffle" } })],
    });
    await log.sequence();
    const auditor = operatorActor({ role: "auditor" }),
      [entry] = await stored();
    for (const filter of [
      { q: "payment.approved" },
      { q: "kerfuffle" },
      { target: "pay-7" },
      { certificate: service().id ?? "" },
      { action: "event.reported" },
    ]) {
      expect(
        (await searchEntries(log.deps, auditor, filter)).items.map(({ id }) => id),
        JSON.stringify(filter),
      ).toEqual([entry?.id]);
    }
  });

  test("reported events are in the audit log in the order of their numbers, however they arrived", async () => {
    await report(events(3, 1, 2));
    expect(await numbers()).toEqual([1, 2, 3]);
  });
});

describe("the same number again", () => {
  test("is not stored again, and gets the entry that it got before", async () => {
    const first = await report(events(1, 2)),
      again = await report(events(1, 2, 3));
    expect(again.result).toMatchObject({
      accepted: 1,
      duplicates: 2,
      entries: [...first.result.entries, { seq: 3 }],
    });
    const nothingNew = await report(events(1, 2, 3));
    expect([nothingNew.result.accepted, nothingNew.result.duplicates, nothingNew.entryId]).toEqual([
      0,
      3,
      null,
    ]);
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  test("with another content is refused with all of its batch, and says which", async () => {
    await report(events(1, 2));
    const differing = [
      { name: "payment.denied" },
      { data: { amount: 1 } },
      { outcome: "failure" },
      { occurredAt: "2026-11-23T02:38:08Z" },
      { target: { kind: "payment", id: "other" } },
    ];
    for (const over of differing) {
      await expect(report({ events: [event(3), event(2, over)] })).rejects.toMatchObject({
        code: "event.differs",
        kind: "conflict",
        findings: [{ path: "events.1", code: "event.differs" }],
      });
    }
    await expect(report({ heartbeat: { seq: 2, settled: 1 } })).rejects.toMatchObject({
      code: "event.differs",
      findings: [{ path: "heartbeat" }],
    });
    expect(await numbers()).toEqual([1, 2]);
  });

  test("from another identity, source or run is another number", async () => {
    const other = service({ identityId: await makeIdentity() });
    await report(events(1));
    await report({ ...events(1), source: "second" });
    await report({ ...events(1), boot: "run-2" });
    await report({ events: [event(1, { name: "payment.denied" })] }, other);
    expect(new Set((await stored()).map(({ src }) => JSON.stringify(src))).size).toBe(4);
  });

  test("from thirty senders at once is stored once, whatever the batches have in common", async () => {
    const batches = Array.from({ length: 30 }, (_, n) =>
      events(...Array.from({ length: 40 }, (__, m) => 1 + ((n * 7 + m) % 60))),
    );
    const answers = await Promise.all(batches.map((batch) => report(batch)));
    expect(await numbers()).toHaveLength(60);
    expect(new Set(await numbers()).size).toBe(60);
    expect(answers.reduce((sum, { result: { accepted } }) => sum + accepted, 0)).toBe(60);
    const ids = new Map((await stored()).map(({ src, id }) => [src?.seq, id]));
    for (const {
      result: { entries },
    } of answers)
      for (const { seq, entryId } of entries) expect(entryId).toBe(ids.get(seq));
  });

  test("of two senders of one number with different contents at once, one is stored and the other learns that it differs", async () => {
    const codes = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        codeOf(report({ events: [event(1, { data: { n } }), event(2 + n)] })),
      ),
    );
    expect(codes.toSorted()).toEqual([...Array<string>(11).fill("event.differs"), "stored"]);
    expect(await numbers()).toHaveLength(2);
  });

  test("is known also when the record of its content has been cleared away, which is kept for a week", async () => {
    await report(events(1, 2));
    const later = new Date(Date.now() + 60_000);
    expect(await deleteOldReceipts(log.deps.db, later)).toBe(0);
    await log.as("super", "update intake.receipt set at = at - interval '8 days'");
    expect(await deleteOldReceipts(log.deps.db, later)).toBe(2);
    expect((await report(events(1, 2, 3))).result).toMatchObject({
      accepted: 1,
      duplicates: 2,
      entries: [{ seq: 1, entryId: null }, { seq: 2, entryId: null }, { seq: 3 }],
    });
    expect(await numbers()).toEqual([1, 2, 3]);
  });
});

describe("refused, and nothing of it stored", () => {
  test.each([
    [
      "a token of the same service",
      { kind: "token" as const, id: "tok_1", credential: null },
      "event.certificate-required",
    ],
    [
      "an administrator",
      { kind: "user" as const, role: "admin" as const, identityId: null },
      "forbidden",
    ],
    ["a certificate in a role that reports nothing", { role: "auditor" as const }, "forbidden"],
    ["a stranger", { kind: "anonymous" as const, role: null, identityId: null }, "unauthenticated"],
    ["a certificate without an identity", { identityId: null }, "event.certificate-required"],
  ])("%s", async (_, over, code) => {
    await expect(report(events(1), service(over))).rejects.toMatchObject({ code });
    expect(await numbers()).toEqual([]);
  });

  test("numbers that occur twice in one batch, the heartbeat's among them", async () => {
    await expect(report(events(1, 2, 1))).rejects.toMatchObject({
      code: "event.invalid",
      findings: [{ path: "events.2.seq", code: "event.number-twice" }],
    });
    await expect(
      report({ ...events(1, 2), heartbeat: { seq: 2, settled: 1 } }),
    ).rejects.toMatchObject({ code: "event.invalid", findings: [{ path: "heartbeat.seq" }] });
    expect(await numbers()).toEqual([]);
  });

  test("an event beyond its size; one at its limit is kept whole", async () => {
    const texts = (count: number, length: number) => ({
      data: { texts: Array.from({ length: count }, () => "x".repeat(length)) },
    });
    await expect(report({ events: [event(1), event(2, texts(5, 3_900))] })).rejects.toMatchObject({
      code: "event.invalid",
      findings: [{ path: "events.1", code: "event.too-large" }],
    });
    expect(await numbers()).toEqual([]);
    await report({ events: [event(1, texts(4, 4_000))] });
    expect((await stored())[0]).toMatchObject({ details: texts(4, 4_000) });
  });

  test("numbers that leap, and numbers in too many pieces", async () => {
    await expect(report(events(100_001))).rejects.toMatchObject({ code: "event.numbers" });
    const odd = Array.from({ length: 1_000 }, (_, n) => 2 * n + 1);
    await report(events(...odd.slice(0, 500)));
    await report(events(...odd.slice(500)));
    await expect(report(events(2_001))).rejects.toMatchObject({ code: "event.numbers" });
    expect((await report(events(2, 2_001))).result).toMatchObject({
      accepted: 2,
      missingCount: 999,
    });
  });

  test("while the record cannot be written; sent again afterwards all is stored once", async () => {
    await report(events(1));
    await log.as("super", "alter table tlog.inbox add constraint closed check (false) not valid");
    await expect(report(events(1, 2, 3))).rejects.toMatchObject({
      code: "record.unavailable",
      kind: "unavailable",
      retryAfterSeconds: 2,
    });
    await log.as("super", "alter table tlog.inbox drop constraint closed");
    expect((await report(events(1, 2, 3))).result).toMatchObject({ accepted: 2, duplicates: 1 });
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  test("while too many entries wait to be numbered, and taken again once they are", async () => {
    await log.as(
      "super",
      `insert into tlog.inbox (id, entry) overriding system value select i, convert_to('{"id":"ent_' || i || '"}', 'UTF8') from (values (1000), (400000)) as v (i); select setval(pg_get_serial_sequence('tlog.inbox', 'id'), 400000)`,
    );
    let seq = 0;
    await expect.poll(() => codeOf(report(events(++seq)))).toBe("record.backlog");
    const refused = seq;
    expect(await codeOf(report(events(refused)))).toBe("record.backlog");
    await log.sequence();
    await expect.poll(() => codeOf(report(events(refused)))).toBe("stored");
    expect(await numbers()).toEqual(Array.from({ length: refused }, (_, n) => n + 1));
  });
});
