import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AppError } from "@/lib/errors/app-error";
import { createIdentity } from "@/lib/identities/create-identity";
import { adminActor } from "@/testing/actors";
import { refusalOf } from "@/testing/ca/requests";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { findNewestCheckpoint } from "@/lib/log/tree/checkpoint-reader";
import { makePipelineHealthCheck } from "@/lib/log/publish/pipeline-health";
import { continueLog } from "@/lib/log/publish/continue-log";
import { haltLog } from "@/lib/log/publish/halt-log";
import {
  faultsOf,
  goBackTo,
  openPublishingLog,
  unguarded,
  until,
  type PublishingLog,
} from "@/testing/log/publish/pipeline-fixture";
import type { Halt } from "@/lib/log/publish/types";

let fixture: PublishingLog;
beforeEach(async () => {
  fixture = await openPublishingLog();
});
afterEach(async () => {
  await fixture.close();
});

const admin = adminActor();
const halted = async (): Promise<Halt | null> =>
  ((await fixture.harness.asSuper("select halted from tlog.head"))[0]?.["halted"] ??
    null) as Halt | null;
const untilHalted = (): Promise<Halt> => until(halted);
const logs = () =>
  fixture.harness.asSuper(
    "select generation, origin, start_size::int, previous_note, left_behind from tlog.log order by generation",
  );
const remembered = async (origin: string) =>
  parseCheckpoint((await fixture.harness.deps.signer.remembered(origin)) ?? "");
const originOf = async (generation: number) =>
  String((await logs()).find((log) => log["generation"] === generation)?.["origin"]);
const newIdentity = (name = randomBytes(6).toString("hex")) =>
  createIdentity(fixture.harness.deps, admin, {
    kind: "service",
    name,
    owner: "team@example.com",
    note: "",
  });
const readiness = () =>
  makePipelineHealthCheck(fixture.harness.deps, {
    lastError: () => null,
    elapsed: () => performance.now(),
  })();
const proceed = (comment = "restored the backup of last night") =>
  continueLog(fixture.harness.deps, admin, { comment });

/** A log of some entries, published; then the database of an earlier moment. */
async function restoreOlder(lost = 40): Promise<{ before: number; after: number }> {
  fixture.start();
  await fixture.write(10);
  await fixture.published();
  await fixture.write(50);
  const before = await fixture.published();
  await fixture.stopAll();
  await goBackTo(fixture, before - lost);
  return { before, after: before - lost };
}

describe("signed but not stored when all processes were killed", () => {
  test("a crash after signing but before storing checkpoints halts nothing: the log continues from what the signer remembers", async () => {
    fixture.start();
    await fixture.write(20);
    const size = await fixture.published();
    await fixture.stopAll();
    // The signer has signed the last three checkpoints, and no row of them was written.
    await unguarded(fixture, ["delete from tlog.checkpoint where size > 1"]);
    fixture.start();
    expect(await fixture.published()).toBe(size);
    await fixture.write(5);
    await fixture.published();
    expect(await halted()).toBeNull();
    expect(await faultsOf(fixture)).toEqual([]);
    expect(await logs()).toHaveLength(1);
  });

  test("a crash after signing but before storing tree and checkpoints halts nothing", async () => {
    fixture.start();
    await fixture.write(600);
    const size = await fixture.published();
    await fixture.stopAll();
    await unguarded(fixture, [
      "delete from tlog.checkpoint",
      "delete from tlog.tile",
      "update tlog.tree set size = 0, edge = '{}'",
    ]);
    fixture.start();
    expect(await fixture.published()).toBe(size);
    expect(await halted()).toBeNull();
    expect(await faultsOf(fixture)).toEqual([]);
  });
});

describe("a database restored from an older backup", () => {
  test("a restored older database halts the log before anything is numbered, reports what is missing, refuses changes, and accepts entries", async () => {
    const { before, after } = await restoreOlder();
    await fixture.write(10);
    fixture.start();
    const why = await untilHalted();
    expect(why).toMatchObject({
      code: "log.smaller-than-remembered",
      origin: await originOf(1),
      rememberedSize: before,
      foundSize: after,
      lostOrigins: [],
    });
    expect(why.message).toContain(
      `with ${before} entries, but the database holds ${after}: ${before - after} are missing`,
    );
    expect(await readiness()).toContain(
      `halted: The signer remembers the log ${why.origin} with ${before} entries`,
    );
    expect(await refusalOf(newIdentity())).toMatchObject({
      code: "log.halted",
      kind: "unavailable",
    });
    await fixture.write(5);
    expect(await fixture.size()).toBe(after);
    expect((await remembered(why.origin)).size).toBe(before);
  });

  test("a log restored from an older backup is halted once, with one entry, however often it is detected", async () => {
    await restoreOlder();
    fixture.start();
    const why = await untilHalted();
    await fixture.stopAll();
    fixture.start();
    expect(await haltLog(fixture.harness.deps, why)).toBe(false);
    expect(
      (
        await fixture.harness.asSuper(
          "select count(*)::int as n from tlog.inbox where convert_from(entry, 'UTF8')::jsonb ->> 'action' = 'log.halted'",
        )
      )[0],
    ).toEqual({ n: 1 });
  });

  test("a continued log has a new name and key and the same entries, is linked to the old log, and never contradicts it", async () => {
    const { before, after } = await restoreOlder();
    fixture.start();
    const { origin: old, rememberedNote } = await untilHalted();
    await fixture.write(10);
    const continuation = await proceed();
    expect(continuation.result).toMatchObject({
      generation: 2,
      previousOrigin: old,
      size: after,
      lost: before - after,
    });
    expect(continuation.result.proven).toBeGreaterThan(0);
    expect(continuation.result.origin).not.toBe(old);
    const size = await fixture.published();
    expect(await logs()).toMatchObject([
      { generation: 1 },
      {
        generation: 2,
        origin: continuation.result.origin,
        start_size: after,
        previous_note: rememberedNote,
      },
    ]);
    const [first] = await fixture.harness.asSuper(
      "select convert_from(entry, 'UTF8')::jsonb as entry from tlog.entry where seq = $1",
      [after],
    );
    expect(first?.["entry"]).toMatchObject({
      id: continuation.entryId,
      action: "log.continued",
      actor: { id: admin.id },
      details: {
        origin: continuation.result.origin,
        vkey: continuation.result.vkey,
        previousOrigin: old,
        previousCheckpoint: rememberedNote,
        size: after,
        lost: before - after,
        comment: "restored the backup of last night",
        proven: continuation.result.proven,
      },
    });
    // What waited meanwhile comes after it, the halt among it.
    expect(
      (
        await fixture.harness.asSuper(
          "select count(*)::int as n from tlog.entry where seq > $1 and convert_from(entry, 'UTF8')::jsonb ->> 'action' = 'log.halted'",
          [after],
        )
      )[0],
    ).toEqual({ n: 1 });
    expect((await findNewestCheckpoint(fixture.harness.deps.db))?.generation).toBe(2);
    expect([
      (await remembered(old)).size,
      (await remembered(continuation.result.origin)).size,
    ]).toEqual([before, size]);
    expect(await faultsOf(fixture)).toEqual([]);
    expect(await readiness()).toBeNull();
    await newIdentity();
  });

  test("only an administrator continues a log: once, with a reason, and only while it is halted", async () => {
    fixture.start();
    await fixture.published();
    expect(await refusalOf(proceed())).toMatchObject({ code: "log.not-halted", kind: "conflict" });
    await fixture.stopAll();
    await restoreOlder(10);
    fixture.start();
    await untilHalted();
    for (const role of ["operator", "approver", "auditor", "service"] as const)
      expect(
        (await refusalOf(continueLog(fixture.harness.deps, adminActor({ role }), { comment: "x" })))
          .code,
      ).toBe("forbidden");
    for (const comment of ["", "  ", "x".repeat(501)])
      expect(await refusalOf(proceed(comment))).toMatchObject({
        code: "input.invalid",
        kind: "invalid",
      });
    const outcomes = await Promise.allSettled([proceed(), proceed(), proceed()]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(
      outcomes.flatMap((outcome) =>
        outcome.status === "rejected" ? [(outcome.reason as AppError).code] : [],
      ),
    ).toEqual(["log.not-halted", "log.not-halted"]);
    expect((await refusalOf(proceed())).code).toBe("log.not-halted");
    expect(await logs()).toHaveLength(2);
  });

  test("a database restored again, to before the continuation, halts again and names the log that was lost", async () => {
    await restoreOlder();
    fixture.start();
    await untilHalted();
    const { origin, size } = (await proceed()).result;
    await fixture.write(30);
    await fixture.published();
    await fixture.stopAll();
    await goBackTo(fixture, size);
    await unguarded(fixture, [
      "delete from tlog.checkpoint where generation = 2",
      "delete from tlog.log where generation = 2",
    ]);
    fixture.start();
    const why = await untilHalted();
    expect(why).toMatchObject({
      code: "log.smaller-than-remembered",
      origin,
      lostOrigins: [origin],
    });
    expect(why.message).toMatch(/has no log with that name/);
    const again = await proceed();
    expect(again.result).toMatchObject({ generation: 2, previousOrigin: origin });
    await fixture.published();
    expect(await logs()).toMatchObject([
      { generation: 1 },
      { generation: 2, left_behind: [origin] },
    ]);
    await fixture.stopAll();
    fixture.start();
    await fixture.write(3);
    await fixture.published();
    expect(await halted()).toBeNull();
    expect(await faultsOf(fixture)).toEqual([]);
  });

  test("a restore to before the log existed is recognized by what the signer remembers, not mistaken for a new database", async () => {
    const { before } = await restoreOlder(40);
    const old = await originOf(1);
    await goBackTo(fixture, 0);
    await unguarded(fixture, ["delete from tlog.checkpoint", "delete from tlog.log"]);
    await fixture.write(4);
    fixture.start();
    expect(await untilHalted()).toMatchObject({
      code: "log.smaller-than-remembered",
      origin: old,
      rememberedSize: before,
      foundSize: 0,
      lostOrigins: [old],
    });
    const { origin, lost } = (await proceed("moved to a new database")).result;
    expect(lost).toBe(before);
    await fixture.published();
    expect(await logs()).toMatchObject([
      { generation: 1, origin, start_size: 0, left_behind: [old] },
    ]);
    expect(await faultsOf(fixture)).toEqual([]);
  });
});
