import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeSigner } from "./make-signer";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { findNewestCheckpoint } from "@/lib/log/tree/checkpoint-reader";
import {
  goBackTo,
  openPublishingLog,
  unguarded,
  until,
  type PublishingLog,
} from "@/testing/log/publish/pipeline-fixture";
import type { CosignatureResult } from "@/lib/log/cosign/types";
import type { Halt } from "@/lib/log/publish/types";

let fixture: PublishingLog;
beforeEach(async () => {
  fixture = await openPublishingLog();
});
afterEach(async () => {
  await fixture.close();
});
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

describe("entries that were changed under the same size", () => {
  test("changed entries halt the log when the tree is rebuilt from them, and nothing is signed", async () => {
    fixture.start();
    await fixture.write(300);
    const size = await fixture.published();
    const origin = await originOf(1);
    await fixture.stopAll();
    await unguarded(fixture, [
      `update tlog.entry set entry = convert_to('{"id":"ent_forged","target":null}', 'UTF8'), leaf_hash = sha256('\\x00'::bytea || convert_to('{"id":"ent_forged","target":null}', 'UTF8')) where seq = 7`,
      "delete from tlog.tile",
      "update tlog.tree set size = 0, edge = '{}'",
    ]);
    fixture.start();
    const why = await untilHalted();
    expect(why).toMatchObject({
      code: "log.differs-from-remembered",
      rememberedSize: size,
      foundSize: size,
    });
    expect(why.message).toMatch(/entries were changed or replaced/);
    expect((await remembered(origin)).size).toBe(size);
  });

  test("a change of the stored tree alone halts the log too", async () => {
    fixture.start();
    await fixture.write(10);
    await fixture.published();
    await fixture.stopAll();
    const { size } = await remembered(await originOf(1));
    await unguarded(fixture, [
      `update tlog.tree set edge = array[overlay(edge[1] placing sha256('x') from 1 for 32)]`,
    ]);
    fixture.start();
    expect(await untilHalted()).toMatchObject({
      code: "log.differs-from-remembered",
      rememberedSize: size,
    });
  });
});

describe("a witness elsewhere", () => {
  const outcome = (over: Partial<CosignatureResult>): CosignatureResult => ({
    lines: [],
    quorumMet: true,
    ...over,
  });

  test("if database and signer state were both restored, a witness's newer checkpoint, signed by the log's key, halts the log", async () => {
    fixture.start();
    await fixture.write(50);
    const before = await fixture.published();
    const witnessed = (await findNewestCheckpoint(fixture.harness.deps.db))?.note ?? "";
    await fixture.stopAll();
    await goBackTo(fixture, 20);
    const folder = mkdtempSync(join(tmpdir(), "chancery-memory-"));
    const signer = makeSigner({
      db: fixture.harness.signerDb,
      kek: fixture.harness.kek,
      clock: fixture.harness.deps.clock,
      random: fixture.harness.deps.random,
      publicUrl: fixture.harness.deps.publicUrl,
      witnessDir: folder,
    });
    Object.assign(fixture.harness.deps, { signer });
    fixture.start({
      collectCosignatures: async () =>
        outcome({ quorumMet: false, ahead: { witness: "witness.example.com", note: witnessed } }),
    });
    const why = await untilHalted();
    expect(why).toMatchObject({
      code: "log.smaller-than-remembered",
      rememberedSize: before,
      foundSize: 20,
      rememberedNote: witnessed,
    });
    expect(why.message).toMatch(/^The witness witness\.example\.com remembers/);
    rmSync(folder, { recursive: true });
  });

  test("a witness can't halt the log with a checkpoint that the log's key did not sign: it is ignored and reported", async () => {
    fixture.start();
    await fixture.write(5);
    await fixture.published();
    const note = (await findNewestCheckpoint(fixture.harness.deps.db))?.note ?? "";
    const [origin = ""] = note.split("\n");
    await fixture.stopAll();
    const forged = note.replace(`${origin}\n${note.split("\n")[1]}`, `${origin}\n100000`);
    fixture.start({
      collectCosignatures: async () =>
        outcome({ ahead: { witness: "witness.example.com", note: forged } }),
    });
    await fixture.write(5);
    await fixture.published();
    expect(await halted()).toBeNull();
    expect(String(fixture.errors[0])).toMatch(
      /witness\.example\.com returned an invalid checkpoint/,
    );
  });

  test("a witness with a newer, consistent checkpoint halts nothing", async () => {
    fixture.start({
      collectCosignatures: async (note) =>
        outcome({ ahead: { witness: "witness.example.com", note } }),
    });
    await fixture.write(30);
    await fixture.published();
    expect(await halted()).toBeNull();
    expect(fixture.errors).toEqual([]);
  });

  test("a missing cosignature delays publishing, not the log; then the checkpoint carries it", async () => {
    let met = false;
    let asked = 0;
    fixture.start({
      collectCosignatures: async () => {
        asked += 1;
        return met
          ? outcome({
              lines: [
                { witness: "witness.example.com", line: "\u2014 witness.example.com AAAAAAAA\n" },
              ],
            })
          : outcome({ quorumMet: false });
      },
    });
    await fixture.write(5);
    await until(() => asked > 1);
    expect(await findNewestCheckpoint(fixture.harness.deps.db)).toBeNull();
    met = true;
    await fixture.published();
    const newest = await findNewestCheckpoint(fixture.harness.deps.db);
    expect(newest?.note).toMatch(
      /\n\n\u2014 ca\.example\.com\/log\/[0-9a-f]{8} \S+\n\u2014 witness\.example\.com AAAAAAAA\n$/,
    );
    expect(
      (await fixture.harness.asSuper("select witness, size::int from tlog.cosignature")).at(-1),
    ).toEqual({ witness: "witness.example.com", size: newest?.size });
  });
});
