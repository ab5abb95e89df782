import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nodeLogCrypto } from "@/lib/log/node-crypto";
import { toBase64 } from "@/lib/log/pure/bytes";
import { formatCheckpoint, parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { emptyRoot } from "@/lib/log/pure/hashes";
import {
  formatVkey,
  keyIdOf,
  parseNote,
  readVkey,
  signatureLine,
  verifyNote,
  type NoteKey,
} from "@/lib/log/pure/note";
import { addCheckpoint, type WitnessParts } from "./add-checkpoint";
import { makeFileStore, originHash } from "./file-store";
import { serveWitness } from "./serve-witness";
import { openWitnessKey } from "./witness-key";

// A log of a test: its tree is computed here from the definition in RFC 6962 §2.1, and so are its proofs.

const hash = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((sum, part) => sum.update(part), createHash("sha256")).digest();
const split = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};
function mth(leaves: readonly Buffer[]): Buffer {
  if (leaves.length < 2) return leaves[0] ?? hash();
  const k = split(leaves.length);
  return hash(Buffer.from([1]), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}
function subproof(m: number, leaves: readonly Buffer[], whole: boolean): Buffer[] {
  if (m === leaves.length) return whole ? [] : [mth(leaves)];
  const k = split(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), whole), mth(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))];
}

type TestLog = Readonly<{
  origin: string;
  vkey: string;
  key: NoteKey;
  privateKey: KeyObject;
  note: (size: number, root?: Uint8Array) => string;
  body: (
    old: number,
    size: number,
    more?: Readonly<{ path?: readonly Uint8Array[]; note?: string }>,
  ) => Buffer;
}>;
const leaves = Array.from({ length: 300 }, (_, n) =>
  hash(Buffer.from([0]), Buffer.from(`entry ${n}`)),
);

async function makeLog(origin: string): Promise<TestLog> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-32)),
    keyId = await keyIdOf(nodeLogCrypto, origin, 1, raw);
  const note = (size: number, root: Uint8Array = mth(leaves.slice(0, size))): string => {
    const text = formatCheckpoint({ origin, size, root });
    return `${text}\n${signatureLine(origin, keyId, new Uint8Array(sign(null, Buffer.from(text), privateKey)))}`;
  };
  return {
    origin,
    privateKey,
    vkey: await formatVkey(nodeLogCrypto, origin, 1, raw),
    key: { name: origin, keyId, type: 1, publicKey: raw },
    note,
    body: (
      old,
      size,
      {
        path = old === 0 || old >= size ? [] : subproof(old, leaves.slice(0, size), true),
        note: other = note(size),
      } = {},
    ) => Buffer.from(`old ${old}\n${path.map((one) => `${toBase64(one)}\n`).join("")}\n${other}`),
  };
}

const random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) };
let folder: string, log: TestLog, parts: WitnessParts, now: Date;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "chancery-witness-"));
  now = new Date("2026-11-23T06:00:00.900Z");
  log = await makeLog("log.example.com/log/00000001");
  parts = await openParts([log]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function openParts(logs: readonly TestLog[]): Promise<WitnessParts> {
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
    const { status, body } = await add(log.body(from, to)),
      text = parseNote(log.note(to)).text;
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
    const stranger = await makeLog(log.origin),
      both = log.note(20) + stranger.note(20).slice(stranger.note(20).indexOf("\u2014"));
    expect((await add(log.body(0, 20, { note: both }))).status).toBe(200);
    expect(parseNote(parts.store.read(log.origin)!).signatures.map(({ name }) => name)).toEqual([
      log.origin,
      parts.key.key.name,
    ]);
  });

  test("a checkpoint's extension lines are cosigned with it", async () => {
    const text = `${formatCheckpoint({ origin: log.origin, size: 4, root: mth(leaves.slice(0, 4)) })}note of the log\n`;
    const note = `${text}\n${signatureLine(log.origin, log.key.keyId, new Uint8Array(sign(null, Buffer.from(text), log.privateKey)))}`,
      { status, body } = await add(log.body(0, 4, { note }));
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
    const before = parts.store.read(log.origin),
      answer = await add(await make(log));
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

describe("the key", () => {
  test("is made once, for its owner alone, in the form that signed notes have", async () => {
    const path = join(folder, "witness.key");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).toMatch(
      /^PRIVATE\+KEY\+w\.example\.com\/witness\/[0-9a-f]{8}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}\n$/,
    );
    expect((await openWitnessKey(folder, { name: null, host: "elsewhere", random })).vkey).toBe(
      parts.key.vkey,
    );
    expect(await readVkey(nodeLogCrypto, parts.key.vkey)).toEqual(parts.key.key);
  });
  test("first starts at once end up with one key", async () => {
    const place = join(folder, "new"),
      keys = await Promise.all(
        Array.from({ length: 8 }, () => openWitnessKey(place, { name: null, host: "h", random })),
      );
    expect(new Set(keys.map(({ vkey }) => vkey)).size).toBe(1);
    expect(readdirSync(place)).toEqual(["witness.key"]);
  });
  test("that others can read, that is damaged or bears another name is refused with the way out", async () => {
    const path = join(folder, "witness.key"),
      text = readFileSync(path, "utf8"),
      open = (name: string | null = null) => openWitnessKey(folder, { name, host: "h", random });
    chmodSync(path, 0o640);
    await expect(open()).rejects.toThrow(/chmod 600/);
    chmodSync(path, 0o600);
    await expect(open("another")).rejects.toThrow(/is called w\.example\.com/);
    for (const damaged of [
      "",
      text.trim(),
      text.replace(/.\n$/, "\n"),
      text.replace("+w.", "+v."),
      `x${text}`,
    ]) {
      writeFileSync(path, damaged);
      await expect(open(), damaged).rejects.toMatchObject({ code: "witness.key-damaged" });
    }
    expect(existsSync(path)).toBe(true);
  });
  test.each(["with space", "with+plus", ""])("is not made under the name %j", async (name) => {
    await expect(
      openWitnessKey(join(folder, "n"), { name, host: "h", random }),
    ).rejects.toMatchObject({ code: "witness.key-name" });
  });
});

describe("over HTTP", () => {
  let url: string, server: ReturnType<typeof serveWitness>;
  const errors: unknown[] = [];
  beforeEach(async () => {
    server = serveWitness({
      ...parts,
      lateAfterSeconds: 900,
      onError: (error) => errors.push(error),
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });
  const post = (body: Uint8Array | string) =>
    fetch(`${url}/add-checkpoint`, { method: "POST", body: Uint8Array.from(Buffer.from(body)) });

  test("add-checkpoint answers with the cosignature, and the checkpoint is there for monitors", async () => {
    expect((await fetch(`${url}/${originHash(log.origin)}/checkpoint`)).status).toBe(404);
    const answer = await post(log.body(0, 100)),
      line = await answer.text();
    expect([answer.status, line.startsWith("\u2014 ")]).toEqual([200, true]);
    const kept = await fetch(`${url}/${originHash(log.origin)}/checkpoint`);
    expect([kept.headers.get("content-type"), await kept.text()]).toEqual([
      "text/plain; charset=utf-8",
      log.note(100) + line,
    ]);
  });
  test("a wrong old size comes with exactly the type and body of the protocol", async () => {
    await post(log.body(0, 100));
    const answer = await post(log.body(7, 100));
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      409,
      "text/x.tlog.size",
      "100\n",
    ]);
  });
  test("the state says how far each log is, and whether it is late", async () => {
    expect(await (await fetch(url)).json()).toMatchObject({
      witness: parts.key.key.name,
      vkey: parts.key.vkey,
      logs: [{ origin: log.origin, size: null, late: true }],
    });
    await post(log.body(0, 100));
    expect(await (await fetch(url)).json()).toMatchObject({
      logs: [{ size: 100, cosignedAt: "2026-11-23T06:00:00.000Z", late: false }],
    });
    now = new Date(now.getTime() + 901_000);
    expect(await (await fetch(url)).json()).toMatchObject({ logs: [{ size: 100, late: true }] });
  });
  test.each([
    ["GET", "/add-checkpoint", 405],
    ["PUT", "/add-checkpoint", 405],
    ["POST", "/", 405],
    ["GET", "/nothing", 404],
    ["GET", `/${"0".repeat(64)}/checkpoint`, 404],
    ["GET", "/../../witness.key", 404],
    ["GET", "/witness.key", 404],
    ["POST", "/sign-subtree", 405],
  ])("%s %s is %i", async (method, path, status) => {
    expect((await fetch(`${url}${path}`, { method })).status).toBe(status);
  });
  test("a body that is too long is refused, and the next request is answered", async () => {
    const answer = await post("x".repeat(70_000)).catch(() => null);
    expect(answer === null || answer.status === 413).toBe(true);
    expect((await post(log.body(0, 100))).status).toBe(200);
  });
  test("where it cannot remember it does not sign", async () => {
    await post(log.body(0, 100));
    writeFileSync(join(folder, "logs", originHash(log.origin), "1"), "rubbish");
    const answer = await post(log.body(100, 150));
    expect([answer.status, (await answer.text()).includes("\u2014")]).toEqual([500, false]);
    expect(errors.length).toBeGreaterThan(0);
  });
});
