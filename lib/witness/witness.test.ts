import { sign } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { formatCheckpoint, parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { emptyRoot } from "@/lib/log/pure/hashes";
import { parseNote, signatureLine, verifyNote } from "@/lib/log/pure/note";
import { addCheckpoint, type WitnessDeps } from "./add-checkpoint";
import { makeFileStore, originHash } from "./file-store";
import { openWitnessKey } from "./witness-key";
import {
  hash,
  mth,
  subproof,
  type TestLog,
  leaves,
  makeLog,
  random,
} from "@/testing/witness/grown-log";

let folder: string;
let log: TestLog;
let parts: WitnessDeps;
let now: Date;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "chancery-witness-"));
  now = new Date("2026-11-23T06:00:00.900Z");
  log = await makeLog("log.example.com/log/00000001");
  parts = await openParts([log]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function openParts(logs: readonly TestLog[]): Promise<WitnessDeps> {
  const key = await openWitnessKey(folder, { name: null, host: "w.example.com", random });
  return {
    key,
    logs: new Map(logs.map((one) => [one.origin, [one.key]])),
    store: makeFileStore(join(folder, "logs"), random),
    clock: { now: () => now },
  };
}
const add = (body: Uint8Array | string) =>
  addCheckpoint(parts, typeof body === "string" ? Buffer.from(body) : body);

describe("a checkpoint that goes on from the last", () => {
  test.each([
    [0, 1],
    [0, 300],
    [1, 2],
    [1, 300],
    [5, 8],
    [6, 7],
    [64, 65],
    [255, 257],
    [256, 300],
  ])("from %i to %i entries is cosigned, with the time, and remembered", async (from, to) => {
    if (from > 0) await add(log.body(0, from));
    const { status, body } = await add(log.body(from, to));
    const text = parseNote(log.note(to)).text;
    expect(status).toBe(200);
    expect(
      (await verifyNote(nodeLogCrypto, `${text}\n${body}`, [parts.key.key])).signatures,
    ).toEqual([{ key: parts.key.key, timestamp: Math.floor(now.getTime() / 1000) }]);
    const kept = parts.store.read(log.origin)!;
    expect(kept).toBe(log.note(to) + body);
  });

  test("the same one again is cosigned again: the answer may have been lost", async () => {
    await add(log.body(0, 20));
    now = new Date(now.getTime() + 5_000);
    expect((await add(log.body(20, 20))).status).toBe(200);
  });

  test("an empty log is cosigned, with the root that an empty tree has", async () => {
    expect((await add(log.body(0, 0))).status).toBe(200);
    expect((await add(log.body(0, 7))).status).toBe(200);
  });

  test("signatures of keys that are not known are ignored, and not remembered", async () => {
    const stranger = await makeLog(log.origin);
    const both = log.note(20) + stranger.note(20).slice(stranger.note(20).indexOf("\u2014"));
    expect((await add(log.body(0, 20, { note: both }))).status).toBe(200);
    expect(parseNote(parts.store.read(log.origin)!).signatures.map(({ name }) => name)).toEqual([
      log.origin,
      parts.key.key.name,
    ]);
  });

  test("a checkpoint's extension lines are cosigned with it", async () => {
    const text = `${formatCheckpoint({ origin: log.origin, size: 4, root: mth(leaves.slice(0, 4)) })}note of the log\n`;
    const note = `${text}\n${signatureLine(log.origin, log.key.keyId, new Uint8Array(sign(null, Buffer.from(text), log.privateKey)))}`;
    const { status, body } = await add(log.body(0, 4, { note }));
    expect(status).toBe(200);
    await expect(
      verifyNote(nodeLogCrypto, `${text}\n${body}`, [parts.key.key]),
    ).resolves.toMatchObject({ verified: [parts.key.key.name] });
  });
});

describe("refused, and what is remembered stays", () => {
  beforeEach(async () => {
    await add(log.body(0, 100));
  });
  const root = mth(leaves.slice(0, 150));
  const cases: readonly (readonly [
    string,
    number,
    (log: TestLog) => Promise<Uint8Array | string> | Uint8Array | string,
  ])[] = [
    ["another old size", 409, (l) => l.body(99, 150)],
    ["an old size of zero, as if nothing were known", 409, (l) => l.body(0, 150)],
    ["a smaller checkpoint than what is remembered", 409, (l) => l.body(50, 60)],
    ["an old size beyond the checkpoint", 400, (l) => l.body(100, 60)],
    [
      "a fork at the same size",
      409,
      (l) => l.body(100, 100, { note: l.note(100, hash(Buffer.from("other"))) }),
    ],
    [
      "a fork that goes on",
      422,
      (l) => l.body(100, 150, { note: l.note(150, hash(Buffer.from("other"))) }),
    ],
    [
      "a proof with a hash changed",
      422,
      (l) =>
        l.body(100, 150, {
          path: subproof(100, leaves.slice(0, 150), true).map((one, at) =>
            at === 0 ? hash(one) : one,
          ),
        }),
    ],
    [
      "a proof that is too short",
      422,
      (l) => l.body(100, 150, { path: subproof(100, leaves.slice(0, 150), true).slice(1) }),
    ],
    [
      "a proof that is too long",
      422,
      (l) => l.body(100, 150, { path: [...subproof(100, leaves.slice(0, 150), true), hash()] }),
    ],
    ["a proof where nothing is to be proven", 422, (l) => l.body(100, 100, { path: [hash()] })],
    ["no proof", 422, (l) => l.body(100, 150, { path: [] })],
    [
      "the signature of another key in the log's name",
      403,
      async (l) => l.body(100, 150, { note: (await makeLog(l.origin)).note(150) }),
    ],
    [
      "a signature over another text",
      403,
      (l) => l.body(100, 150, { note: l.note(151).replace("\n151\n", "\n150\n") }),
    ],
    [
      "a log that is not known",
      404,
      async () => (await makeLog("other.example.com/log/1")).body(0, 10),
    ],
    [
      "the log's key under another origin",
      404,
      (l) => l.body(100, 150, { note: l.note(150).replace(l.origin, "other.example.com/log/1") }),
    ],
    [
      "64 lines of proof",
      400,
      (l) => l.body(100, 150, { path: Array.from({ length: 64 }, () => root) }),
    ],
    ["a hash of 31 bytes", 400, (l) => l.body(100, 150, { path: [root.subarray(1)] })],
    ["base64 without its padding", 400, (l) => l.body(100, 150).toString().replace("=\n", "\n")],
    ["a leading zero", 400, (l) => l.body(100, 150).toString().replace("old 100", "old 0100")],
    ["a sign", 400, (l) => l.body(100, 150).toString().replace("old 100", "old +100")],
    ["two spaces", 400, (l) => l.body(100, 150).toString().replace("old 100", "old  100")],
    ["carriage returns", 400, (l) => l.body(100, 150).toString().replaceAll("\n", "\r\n")],
    ["no checkpoint", 400, () => "old 100\n\n"],
    ["no empty line", 400, () => "old 100\n"],
    ["nothing", 400, () => ""],
    ["no signature", 400, (l) => l.body(100, 150).toString().split("\u2014")[0]!],
    ["bytes that are no UTF-8", 400, () => Uint8Array.from([0xff, 0xfe, 0x0a, 0x0a])],
  ];
  test.each(cases)("%s: %i", async (_what, status, make) => {
    const before = parts.store.read(log.origin);
    const answer = await add(await make(log));
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain("\u2014");
    expect(parts.store.read(log.origin)).toBe(before);
  });

  test("the answer to another old size is the size that is remembered, in its own type", async () => {
    expect(await add(log.body(99, 150))).toEqual({
      status: 409,
      type: "text/x.tlog.size",
      body: "100\n",
    });
    expect(
      (await add(log.body(100, 100, { note: log.note(100, hash(Buffer.from("other"))) }))).type,
    ).not.toBe("text/x.tlog.size");
  });

  test("an empty tree with another root", async () => {
    const other = await makeLog("empty.example.com/log/1");
    parts = await openParts([log, other]);
    expect(
      (await add(other.body(0, 0, { note: other.note(0, hash(Buffer.from("x"))) }))).status,
    ).toBe(409);
    expect(Buffer.from(emptyRoot).equals(mth([]))).toBe(true);
  });
});

describe("what is remembered", () => {
  test("requests at once never roll it back, and each size is cosigned by whom it was due", async () => {
    await add(log.body(0, 10));
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => add(log.body(10, 11 + n))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(59);
  });

  test("two processes on one folder never sign two checkpoints that go on from the same one", async () => {
    await add(log.body(0, 10));
    const other = await openParts([log]);
    for (let round = 10; round < 60; round += 2) {
      const both = await Promise.all([
        addCheckpoint(parts, log.body(round, round + 1)),
        addCheckpoint(other, log.body(round, round + 2)),
      ]);
      expect(new Set(both.map(({ status }) => status)), String(round)).toEqual(new Set([200, 409]));
      const { size } = parseCheckpoint(other.store.read(log.origin)!);
      expect(parts.store.read(log.origin)).toBe(other.store.read(log.origin));
      expect((await add(log.body(size, round + 2))).status).toBe(200);
    }
    expect(readdirSync(join(folder, "logs", originHash(log.origin)))).toHaveLength(1);
  });

  test("is there for the next process, which goes on from it", async () => {
    await add(log.body(0, 100));
    parts = await openParts([log]);
    expect((await add(log.body(0, 150))).body).toBe("100\n");
    expect((await add(log.body(100, 150))).status).toBe(200);
  });

  test("a file that was begun and never finished is nothing", async () => {
    await add(log.body(0, 100));
    writeFileSync(join(folder, "logs", originHash(log.origin), "new-0011"), "half a no");
    expect((await add(log.body(100, 150))).status).toBe(200);
  });

  test.each([
    "",
    "rubbish",
    "other.example.com/log/1\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u2014 x AAAAAAA=\n",
  ])("damaged, it stops the witness instead of being forgotten: %j", async (text) => {
    await add(log.body(0, 100));
    writeFileSync(join(folder, "logs", originHash(log.origin), "1"), text);
    for (const body of [log.body(0, 150), log.body(100, 150)])
      await expect(add(body)).rejects.toMatchObject({ code: "witness.state-damaged" });
  });

  test("logs do not meet", async () => {
    const other = await makeLog("other.example.com/log/1");
    parts = await openParts([log, other]);
    expect((await add(log.body(0, 100))).status).toBe(200);
    expect((await add(other.body(0, 7))).status).toBe(200);
    expect((await add(log.body(100, 101))).status).toBe(200);
  });
});
