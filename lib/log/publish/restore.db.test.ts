import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AppError } from "@/lib/errors/app-error";
import { createIdentity } from "@/lib/identities/create-identity";
import { testActor } from "@/server/signer/testing/make-test-house";
import { refusalOf } from "@/server/signer/testing/requests";
import { makeSigner } from "@/server/signer/make-signer";
import { parseCheckpoint } from "../pure/checkpoint";
import { newestCheckpoint } from "../tree-reader";
import { makePublishingCheck } from "./check-publishing";
import { continueLog } from "./continue-log";
import { haltLog } from "./halt-log";
import { faultsOf, goBackTo, openStand, unguarded, until, type Stand } from "./testdata/stand";
import type { CosignOutcome, Halt } from "./types";

let stand: Stand;
beforeEach(async () => {
  stand = await openStand();
});
afterEach(async () => {
  await stand.close();
});

const admin = testActor();
const halted = async (): Promise<Halt | null> =>
  ((await stand.house.asSuper("select halted from tlog.head"))[0]?.["halted"] ??
    null) as Halt | null;
const untilHalted = (): Promise<Halt> => until(halted);
const logs = () =>
  stand.house.asSuper(
    "select generation, origin, start_size::int, previous_note, left_behind from tlog.log order by generation",
  );
const remembered = async (origin: string) =>
  parseCheckpoint((await stand.house.deps.signer.remembered(origin)) ?? "");
const originOf = async (generation: number) =>
  String((await logs()).find((log) => log["generation"] === generation)?.["origin"]);
const newIdentity = (name = randomBytes(6).toString("hex")) =>
  createIdentity(stand.house.deps, admin, {
    kind: "service",
    name,
    owner: "team@example.com",
    note: "",
  });
const readiness = () =>
  makePublishingCheck(stand.house.deps, {
    trouble: () => null,
    elapsed: () => performance.now(),
  })();
const proceed = (comment = "restored the backup of last night") =>
  continueLog(stand.house.deps, admin, { comment });

/** A log of some entries, published; then the database of an earlier moment. */
async function restoreOlder(lost = 40): Promise<{ before: number; after: number }> {
  stand.start();
  await stand.write(10);
  await stand.published();
  await stand.write(50);
  const before = await stand.published();
  await stand.stopAll();
  await goBackTo(stand, before - lost);
  return { before, after: before - lost };
}

describe("what was signed but not stored when everything was killed", () => {
  test("alarms nobody: the entries are there, and the log goes on from what the signer remembers", async () => {
    stand.start();
    await stand.write(20);
    const size = await stand.published();
    await stand.stopAll();
    // The signer has signed the last three checkpoints, and no row of them was written.
    await unguarded(stand, ["delete from tlog.checkpoint where size > 1"]);
    stand.start();
    expect(await stand.published()).toBe(size);
    await stand.write(5);
    await stand.published();
    expect(await halted()).toBeNull();
    expect(await faultsOf(stand)).toEqual([]);
    expect(await logs()).toHaveLength(1);
  });

  test("alarms nobody when the tree was not stored either", async () => {
    stand.start();
    await stand.write(600);
    const size = await stand.published();
    await stand.stopAll();
    await unguarded(stand, [
      "delete from tlog.checkpoint",
      "delete from tlog.tile",
      "update tlog.tree set size = 0, edge = '{}'",
    ]);
    stand.start();
    expect(await stand.published()).toBe(size);
    expect(await halted()).toBeNull();
    expect(await faultsOf(stand)).toEqual([]);
  });
});

describe("a database that was restored from before", () => {
  test("halts the log before anything is numbered, says what is missing, refuses changes, and takes entries", async () => {
    const { before, after } = await restoreOlder();
    await stand.write(10);
    stand.start();
    const why = await untilHalted();
    expect(why).toMatchObject({
      code: "log.smaller-than-remembered",
      origin: await originOf(1),
      rememberedSize: before,
      foundSize: after,
      lostOrigins: [],
    });
    expect(why.message).toContain(
      `with ${before} entries, and the database holds ${after}: ${before - after} are missing`,
    );
    expect(await readiness()).toContain(
      `halted: The signer remembers the log ${why.origin} with ${before} entries`,
    );
    expect(await refusalOf(newIdentity())).toMatchObject({
      code: "log.halted",
      kind: "unavailable",
    });
    await stand.write(5);
    expect(await stand.size()).toBe(after);
    expect((await remembered(why.origin)).size).toBe(before);
  });

  test("is halted once, with one entry, whoever finds it and however often", async () => {
    await restoreOlder();
    stand.start();
    const why = await untilHalted();
    await stand.stopAll();
    stand.start();
    expect(await haltLog(stand.house.deps, why)).toBe(false);
    expect(
      (
        await stand.house.asSuper(
          "select count(*)::int as n from tlog.inbox where convert_from(entry, 'UTF8')::jsonb ->> 'action' = 'log.halted'",
        )
      )[0],
    ).toEqual({ n: 1 });
  });

  test("goes on by the supervised step: a new name and key, the same entries, linked to the old log, which is never contradicted", async () => {
    const { before, after } = await restoreOlder();
    stand.start();
    const { origin: old, rememberedNote } = await untilHalted();
    await stand.write(10);
    const continuation = await proceed();
    expect(continuation).toMatchObject({
      generation: 2,
      previousOrigin: old,
      size: after,
      lost: before - after,
    });
    expect(continuation.proven).toBeGreaterThan(0);
    expect(continuation.origin).not.toBe(old);
    const size = await stand.published();
    expect(await logs()).toMatchObject([
      { generation: 1 },
      {
        generation: 2,
        origin: continuation.origin,
        start_size: after,
        previous_note: rememberedNote,
      },
    ]);
    const [first] = await stand.house.asSuper(
      "select convert_from(entry, 'UTF8')::jsonb as entry from tlog.entry where seq = $1",
      [after],
    );
    expect(first?.["entry"]).toMatchObject({
      id: continuation.entryId,
      action: "log.continued",
      actor: { id: admin.id },
      details: {
        origin: continuation.origin,
        vkey: continuation.vkey,
        previousOrigin: old,
        previousCheckpoint: rememberedNote,
        size: after,
        lost: before - after,
        comment: "restored the backup of last night",
        proven: continuation.proven,
      },
    });
    // What waited meanwhile comes after it, the halt among it.
    expect(
      (
        await stand.house.asSuper(
          "select count(*)::int as n from tlog.entry where seq > $1 and convert_from(entry, 'UTF8')::jsonb ->> 'action' = 'log.halted'",
          [after],
        )
      )[0],
    ).toEqual({ n: 1 });
    expect((await newestCheckpoint(stand.house.deps.db))?.generation).toBe(2);
    expect([(await remembered(old)).size, (await remembered(continuation.origin)).size]).toEqual([
      before,
      size,
    ]);
    expect(await faultsOf(stand)).toEqual([]);
    expect(await readiness()).toBeNull();
    await newIdentity();
  });

  test("is not continued twice, nor by anybody but an administrator, nor without a reason, nor when it is not halted", async () => {
    stand.start();
    await stand.published();
    expect(await refusalOf(proceed())).toMatchObject({ code: "log.not-halted", kind: "conflict" });
    await stand.stopAll();
    await restoreOlder(10);
    stand.start();
    await untilHalted();
    for (const role of ["operator", "approver", "auditor", "service"] as const)
      expect(
        (await refusalOf(continueLog(stand.house.deps, testActor({ role }), { comment: "x" })))
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

  test("and restored once more, to before its continuation, halts again and names the log that was lost", async () => {
    await restoreOlder();
    stand.start();
    await untilHalted();
    const { origin, size } = await proceed();
    await stand.write(30);
    await stand.published();
    await stand.stopAll();
    await goBackTo(stand, size);
    await unguarded(stand, [
      "delete from tlog.checkpoint where generation = 2",
      "delete from tlog.log where generation = 2",
    ]);
    stand.start();
    const why = await untilHalted();
    expect(why).toMatchObject({
      code: "log.smaller-than-remembered",
      origin,
      lostOrigins: [origin],
    });
    expect(why.message).toMatch(/knows no log of that name/);
    const again = await proceed();
    expect(again).toMatchObject({ generation: 2, previousOrigin: origin });
    await stand.published();
    expect(await logs()).toMatchObject([
      { generation: 1 },
      { generation: 2, left_behind: [origin] },
    ]);
    await stand.stopAll();
    stand.start();
    await stand.write(3);
    await stand.published();
    expect(await halted()).toBeNull();
    expect(await faultsOf(stand)).toEqual([]);
  });

  test("to before its log was opened is told from a new database by what the signer remembers", async () => {
    const { before } = await restoreOlder(40);
    const old = await originOf(1);
    await goBackTo(stand, 0);
    await unguarded(stand, ["delete from tlog.checkpoint", "delete from tlog.log"]);
    await stand.write(4);
    stand.start();
    expect(await untilHalted()).toMatchObject({
      code: "log.smaller-than-remembered",
      origin: old,
      rememberedSize: before,
      foundSize: 0,
      lostOrigins: [old],
    });
    const { origin, lost } = await proceed("moved to a new database");
    expect(lost).toBe(before);
    await stand.published();
    expect(await logs()).toMatchObject([
      { generation: 1, origin, start_size: 0, left_behind: [old] },
    ]);
    expect(await faultsOf(stand)).toEqual([]);
  });
});

describe("entries that were changed under the same size", () => {
  test("halt the log when the tree is built from them, and nothing is signed", async () => {
    stand.start();
    await stand.write(300);
    const size = await stand.published(),
      origin = await originOf(1);
    await stand.stopAll();
    await unguarded(stand, [
      `update tlog.entry set entry = convert_to('{"id":"ent_forged","target":null}', 'UTF8'), leaf_hash = sha256('\\x00'::bytea || convert_to('{"id":"ent_forged","target":null}', 'UTF8')) where seq = 7`,
      "delete from tlog.tile",
      "update tlog.tree set size = 0, edge = '{}'",
    ]);
    stand.start();
    const why = await untilHalted();
    expect(why).toMatchObject({
      code: "log.differs-from-remembered",
      rememberedSize: size,
      foundSize: size,
    });
    expect(why.message).toMatch(/entries were changed or exchanged/);
    expect((await remembered(origin)).size).toBe(size);
  });

  test("halt it as well when only the stored tree was changed", async () => {
    stand.start();
    await stand.write(10);
    await stand.published();
    await stand.stopAll();
    const { size } = await remembered(await originOf(1));
    await unguarded(stand, [
      `update tlog.tree set edge = array[overlay(edge[1] placing sha256('x') from 1 for 32)]`,
    ]);
    stand.start();
    expect(await untilHalted()).toMatchObject({
      code: "log.differs-from-remembered",
      rememberedSize: size,
    });
  });
});

describe("a witness elsewhere", () => {
  const outcome = (over: Partial<CosignOutcome>): CosignOutcome => ({
    lines: [],
    met: true,
    ...over,
  });

  test("that knows more than a restored database, and a memory that was restored with it, halts the log by a checkpoint that the log's key signed", async () => {
    stand.start();
    await stand.write(50);
    const before = await stand.published(),
      witnessed = (await newestCheckpoint(stand.house.deps.db))?.note ?? "";
    await stand.stopAll();
    await goBackTo(stand, 20);
    const folder = mkdtempSync(join(tmpdir(), "chancery-memory-"));
    const signer = makeSigner({
      db: stand.house.deps.db,
      kek: stand.house.kek,
      random: stand.house.deps.random,
      publicUrl: stand.house.deps.publicUrl,
      witnessDir: folder,
    });
    Object.assign(stand.house.deps, { signer });
    stand.start({
      cosign: async () =>
        outcome({ met: false, ahead: { witness: "witness.example.com", note: witnessed } }),
    });
    const why = await untilHalted();
    expect(why).toMatchObject({
      code: "log.smaller-than-remembered",
      rememberedSize: before,
      foundSize: 20,
      rememberedNote: witnessed,
    });
    expect(why.message).toMatch(/^The witness witness\.example\.com knows/);
    rmSync(folder, { recursive: true });
  });

  test("cannot halt the log by a claim: what the log's key did not sign is passed over, and said", async () => {
    stand.start();
    await stand.write(5);
    await stand.published();
    const note = (await newestCheckpoint(stand.house.deps.db))?.note ?? "",
      [origin = ""] = note.split("\n");
    await stand.stopAll();
    const forged = note.replace(`${origin}\n${note.split("\n")[1]}`, `${origin}\n100000`);
    stand.start({
      cosign: async () => outcome({ ahead: { witness: "witness.example.com", note: forged } }),
    });
    await stand.write(5);
    await stand.published();
    expect(await halted()).toBeNull();
    expect(String(stand.errors[0])).toMatch(
      /witness\.example\.com shows a checkpoint .* that is not one/,
    );
  });

  test("that is only further than the checkpoint at hand, and right, halts nothing", async () => {
    stand.start({
      cosign: async (note) => outcome({ ahead: { witness: "witness.example.com", note } }),
    });
    await stand.write(30);
    await stand.published();
    expect(await halted()).toBeNull();
    expect(stand.errors).toEqual([]);
  });

  test("whose cosignature is still missing holds up the publishing, not the log; then the checkpoint carries it", async () => {
    let met = false,
      asked = 0;
    stand.start({
      cosign: async () => {
        asked += 1;
        return met
          ? outcome({
              lines: [
                { witness: "witness.example.com", line: "\u2014 witness.example.com AAAAAAAA\n" },
              ],
            })
          : outcome({ met: false });
      },
    });
    await stand.write(5);
    await until(() => asked > 1);
    expect(await newestCheckpoint(stand.house.deps.db)).toBeNull();
    met = true;
    await stand.published();
    const newest = await newestCheckpoint(stand.house.deps.db);
    expect(newest?.note).toMatch(
      /\n\n\u2014 ca\.example\.com\/log\/[0-9a-f]{8} \S+\n\u2014 witness\.example\.com AAAAAAAA\n$/,
    );
    expect(
      (await stand.house.asSuper("select witness, size::int from tlog.cosignature")).at(-1),
    ).toEqual({ witness: "witness.example.com", size: newest?.size });
  });
});
