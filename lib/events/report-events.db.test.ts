import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { parseInput } from "@/lib/http/invalid-input";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { listSources } from "@/lib/log/list-sources";
import { reportGaps } from "@/lib/log/report-gaps";
import { searchEntries } from "@/lib/log/search";
import { testActor } from "@/lib/log/testdata/actor";
import {
  identityCreated,
  identityRow,
  makeId,
  openLogDatabase,
  type LogDatabase,
} from "@/lib/log/testdata/log-database";
import { deleteOldReceipts } from "./events-repository";
import { reportEvents } from "./report-events";
import { eventBatch } from "./schema";

let log: LogDatabase, identityId: string;
beforeEach(async () => {
  log = await openLogDatabase();
  identityId = await makeIdentity();
});
afterEach(() => log.close());

async function makeIdentity(): Promise<string> {
  const id = makeId("idn");
  await auditedTransaction(log.deps, testActor(), async (tx) => {
    await tx.identity.create({ data: identityRow(id) });
    return { result: id, entries: [identityCreated(id)] };
  });
  return id;
}
const service = (over: Partial<Actor> = {}): Actor =>
  testActor({
    kind: "certificate",
    id: "crt_01kat8m2wq7h4z0c9d5e6f7g8j",
    label: "payments",
    role: "service",
    identityId,
    credential: {
      certificateId: "crt_01kat8m2wq7h4z0c9d5e6f7g8j",
      serial: "0badc0de",
      fingerprintSha256: "ab".repeat(32),
    },
    ...over,
  });
const event = (seq: number, over: object = {}) => ({
  seq,
  name: "payment.approved",
  occurredAt: "2026-11-23T02:38:07Z",
  ...over,
});
const batchOf = (body: object) => parseInput(eventBatch, { boot: "run-1", ...body }, "body");
const report = (body: object, actor = service()) => reportEvents(log.deps, actor, batchOf(body));
const events = (...seqs: number[]) => ({ events: seqs.map((seq) => event(seq)) });
type Stored = {
  id: string;
  action: string;
  src?: { id: string; boot: string; seq: number };
  [member: string]: unknown;
};
async function stored(): Promise<Stored[]> {
  await log.settle();
  const { rows } = await log.deps.db.pool.query<{ entry: Buffer }>(
    "select entry from tlog.entry order by seq",
  );
  return rows
    .map(({ entry }) => JSON.parse(entry.toString("utf8")) as Stored)
    .filter(({ src }) => src !== undefined);
}
const numbers = async () => (await stored()).map(({ src }) => src?.seq);
const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => "stored",
    (error: { code?: string }) => error.code ?? "bug",
  );

describe("what a service reports", () => {
  test("is its own act on the record, with its certificate, its number and all that it said", async () => {
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
      accepted: 1,
      duplicates: 0,
      entries: [{ seq: 1, entryId: entry?.id }],
      missing: "",
      missingCount: 0,
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
    await log.settle();
    const auditor = testActor({ role: "auditor" }),
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

  test("stands in the log in the order of its numbers, however it came", async () => {
    await report(events(3, 1, 2));
    expect(await numbers()).toEqual([1, 2, 3]);
  });
});

describe("the same number again", () => {
  test("is not stored again, and gets the entry that it got before", async () => {
    const first = await report(events(1, 2)),
      again = await report(events(1, 2, 3));
    expect(again).toMatchObject({
      accepted: 1,
      duplicates: 2,
      entries: [...first.entries, { seq: 3 }],
    });
    const nothingNew = await report(events(1, 2, 3));
    expect([nothingNew.accepted, nothingNew.duplicates, nothingNew.entryId]).toEqual([
      0,
      3,
      undefined,
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
    expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(60);
    const ids = new Map((await stored()).map(({ src, id }) => [src?.seq, id]));
    for (const { entries } of answers)
      for (const { seq, entryId } of entries) expect(entryId).toBe(ids.get(seq));
  });

  test("from two senders at once with different contents: one of them is stored, the other hears that it differs", async () => {
    const codes = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        codeOf(report({ events: [event(1, { data: { n } }), event(2 + n)] })),
      ),
    );
    expect(codes.toSorted()).toEqual([...Array<string>(11).fill("event.differs"), "stored"]);
    expect(await numbers()).toHaveLength(2);
  });

  test("is known also when the record of its content has been cleared away", async () => {
    await report(events(1, 2));
    expect(await deleteOldReceipts(log.deps.db, new Date(Date.now() + 60_000))).toBe(2);
    expect(await report(events(1, 2, 3))).toMatchObject({
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

  test("numbers that stand twice in one batch, the heartbeat's among them", async () => {
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
    expect(await report(events(2, 2_001))).toMatchObject({ accepted: 2, missingCount: 999 });
  });

  test("while the record cannot be written; sent again afterwards all is stored once", async () => {
    await report(events(1));
    await log.as("super", "revoke insert (entry) on tlog.inbox from chancery_app");
    await expect(report(events(1, 2, 3))).rejects.toMatchObject({
      code: "record.unavailable",
      kind: "unavailable",
      retryAfterSeconds: 2,
    });
    await log.as("super", "grant insert (entry) on tlog.inbox to chancery_app");
    expect(await report(events(1, 2, 3))).toMatchObject({ accepted: 2, duplicates: 1 });
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
    await log.settle();
    await expect.poll(() => codeOf(report(events(refused)))).toBe("stored");
    expect(await numbers()).toEqual(Array.from({ length: refused }, (_, n) => n + 1));
  });
});

describe("numbers that never arrive", () => {
  test("are named in the answer as soon as a higher one came", async () => {
    await report(events(1, 2));
    expect(await report(events(5, 9))).toMatchObject({ missing: "3-4,6-8", missingCount: 5 });
    expect(await report(events(3, 4))).toMatchObject({ missing: "6-8", missingCount: 3 });
  });

  test("are a gap on the record once a heartbeat says that they must have come, and not before", async () => {
    await report(events(1, 2, 5));
    await log.settle();
    expect(await reportGaps(log.deps)).toBe(0);
    const { entryId } = await report({ heartbeat: { seq: 6, settled: 5 } });
    expect((await stored()).find(({ id }) => id === entryId)).toMatchObject({
      action: "source.heartbeat",
      details: {
        source: `${identityId}/main`,
        boot: "run-1",
        settled: 5,
        voided: "",
        ended: false,
      },
    });
    expect(await listSources(log.deps.db)).toMatchObject([
      {
        id: `${identityId}/main`,
        boot: "run-1",
        arrived: 4,
        settled: 5,
        missing: "3-4",
        missingCount: 2,
        ended: false,
      },
    ]);
    expect(await reportGaps(log.deps)).toBe(1);
    await log.settle();
    const gaps = await searchEntries(log.deps, testActor({ role: "auditor" }), {
      action: "source.gap",
    });
    expect(gaps.items).toMatchObject([
      { details: { source: `${identityId}/main`, boot: "run-1", missing: "3-4", count: 2 } },
    ]);
  });

  test("are none in a whole run to its end", async () => {
    await report({ ...events(1, 2, 3), heartbeat: { seq: 4, settled: 3, ended: true } });
    await log.settle();
    expect(await listSources(log.deps.db)).toMatchObject([
      { arrived: 4, settled: 3, missingCount: 0, ended: true },
    ]);
    expect(await reportGaps(log.deps)).toBe(0);
  });

  test("a heartbeat again is not stored again; another under its number is refused", async () => {
    const beat = { heartbeat: { seq: 2, settled: 1 } };
    await report({ ...events(1), ...beat });
    expect(await report(beat)).toMatchObject({ accepted: 0, duplicates: 1 });
    await expect(report({ heartbeat: { seq: 2, settled: 0 } })).rejects.toMatchObject({
      code: "event.differs",
    });
    expect(await numbers()).toEqual([1, 2]);
  });
});
