import { randomBytes } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { toBase64, toHex } from "@/lib/log/pure/bytes";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { parseVkey } from "@/lib/log/pure/note";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import { nodeLogCrypto } from "@/lib/log/node-crypto";
import { makeTree } from "@/lib/log/tree/edge";
import { proveConsistency } from "@/lib/log/tree/prove";
import { makeSigner } from "./make-signer";
import { makeTestHouse, type TestHouse } from "./testing/make-test-house";
import { refusalOf } from "./testing/requests";

// A tree of these leaves, in memory: level 0 tiles are the leaves themselves, which is all that 200 entries need.
const leaves = Array.from({ length: 200 }, () => new Uint8Array(randomBytes(32)));
const rootHexOf = (hashes: readonly Uint8Array[]): string => {
  const tree = makeTree({ size: 0, edge: [] });
  tree.append(Buffer.concat(hashes));
  return toHex(tree.root());
};
const rootHex = (size: number): string => rootHexOf(leaves.slice(0, size));
const proof = async (
  from: number,
  to: number,
  of: readonly Uint8Array[] = leaves,
): Promise<string[]> =>
  (
    await proveConsistency(
      async (_level, _index, size) => Buffer.concat(of.slice(0, size)),
      from,
      to,
    )
  ).map(toBase64);

let house: TestHouse,
  origin: string,
  count = 0;
const ask = async (
  size: number,
  oldSize: number,
  over: Partial<Parameters<TestHouse["deps"]["signer"]["signCheckpoint"]>[0]> = {},
) =>
  house.deps.signer.signCheckpoint({
    origin,
    size,
    rootHex: rootHex(size),
    oldSize,
    proof: await proof(oldSize, size),
    ...over,
  });
const fileOf = (): string =>
  join(
    house.witnessDir,
    readdirSync(house.witnessDir).find((name) =>
      readFileSync(join(house.witnessDir, name), "utf8").startsWith(`${origin}\n`),
    ) ?? "none",
  );

beforeAll(async () => {
  house = await makeTestHouse({ setUp: false });
});
afterAll(async () => {
  await house.close();
});
beforeEach(async () => {
  count += 1;
  origin = `ca.example.com/log/${count.toString(16).padStart(8, "0")}`;
  const { vkey, publicKey, sealed } = await house.deps.signer.createLogKey(origin);
  await house.asSuper(
    "insert into tlog.log (generation, origin, vkey, public_key, sealed, start_size) values ($1, $2, $3, $4, $5, 0)",
    [count, origin, vkey, publicKey, sealed],
  );
});

describe("the log's key signs", () => {
  it("the first checkpoint, and every one that is proven to go on from the last, as notes that the log's verifier key verifies", async () => {
    const [row] = await house.asSuper("select vkey from tlog.log where origin = $1", [origin]);
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [2, 7],
      [7, 8],
      [8, 130],
      [130, 200],
    ] as const) {
      const { checkpoint } = await verifyCheckpoint(
        nodeLogCrypto,
        await ask(to, from),
        parseVkey(String(row?.["vkey"])),
      );
      expect([checkpoint.origin, checkpoint.size, toHex(checkpoint.root)]).toEqual([
        origin,
        to,
        rootHex(to),
      ]);
    }
    expect(parseCheckpoint((await house.deps.signer.remembered(origin)) ?? "").size).toBe(200);
  });

  it("the same checkpoint again with the same bytes, so that a lost answer can be asked for again", async () => {
    const first = await ask(5, 0);
    expect(await ask(5, 0)).toBe(first);
    expect(await ask(5, 5)).toBe(first);
  });

  it("one of many that are asked for at once, and whatever else fits it", async () => {
    const outcomes = await Promise.allSettled([3, 9, 4, 9].map((size) => ask(size, 0)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
      "rejected",
    ]);
  });

  it("into a file for its owner alone, whole before the signature leaves", async () => {
    const note = await ask(3, 0);
    expect(readFileSync(fileOf(), "utf8")).toBe(note);
    expect([statSync(fileOf()).mode & 0o777, statSync(house.witnessDir).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
  });
});

describe("the log's key does not sign", () => {
  it.each([
    ["a smaller log", async () => ask(50, 50), "signer.fork"],
    [
      "another log of the same size",
      async () => ask(100, 100, { rootHex: "00".repeat(32) }),
      "signer.fork",
    ],
    [
      "a log whose first entries differ",
      async () => {
        const other = leaves.with(10, leaves[0]!).slice(0, 150);
        return ask(150, 100, { rootHex: rootHexOf(other), proof: await proof(100, 150, other) });
      },
      "signer.fork",
    ],
    ["a larger one without a proof", async () => ask(150, 100, { proof: [] }), "signer.fork"],
    [
      "a larger one with the proof of another",
      async () => ask(150, 100, { proof: await proof(100, 149) }),
      "signer.fork",
    ],
    [
      "a larger one that is proven from elsewhere",
      async () => ask(150, 60),
      "signer.proof-from-elsewhere",
    ],
    [
      "a larger one as if nothing had been signed",
      async () => ask(150, 0),
      "signer.proof-from-elsewhere",
    ],
    [
      "for a log that the database does not know",
      async () => ask(150, 100, { origin: "ca.example.com/log/ffffffff" }),
      "signer.no-log",
    ],
  ])("%s", async (_name, forbidden, code) => {
    const note = await ask(100, 0);
    expect(await refusalOf(forbidden())).toMatchObject({ code, kind: "conflict" });
    expect(await house.deps.signer.remembered(origin)).toBe(note);
  });

  it("a log without entries, or a first one that claims to follow something", async () => {
    expect((await refusalOf(ask(0, 0))).code).toBe("signer.fork");
    expect((await refusalOf(ask(5, 3))).code).toBe("signer.proof-from-elsewhere");
  });

  it.each([
    ["empty", ""],
    ["rubbish", "rubbish"],
    ["cut off", "half"],
    ["of another log", "other"],
    ["signed by another key", "forged"],
  ])("anything while its memory is %s, and says how to mend it", async (kind, text) => {
    const note = await ask(20, 0),
      path = fileOf(),
      forged = `${note.slice(0, note.lastIndexOf(" ") + 7)}${"A".repeat(86)}=\n`;
    const contents: Record<string, string> = {
      half: note.slice(0, 30),
      other: note.replaceAll(origin, "ca.example.com/log/eeeeeeee"),
      forged,
    };
    writeFileSync(path, contents[text] ?? text);
    for (const attempt of [() => ask(30, 20), () => house.deps.signer.remembered(origin)]) {
      const refusal = await refusalOf(attempt());
      expect(refusal, kind).toMatchObject({
        code: "signer.memory-unreadable",
        kind: "unavailable",
      });
      expect(refusal.message).toMatch(/Put the file back from a backup/);
      expect(refusal.message).toContain(house.witnessDir);
    }
    writeFileSync(path, note);
    expect(parseCheckpoint(await ask(30, 20)).size).toBe(30);
  });

  it("what it cannot write down", async () => {
    await ask(20, 0);
    const path = fileOf(),
      note = readFileSync(path, "utf8");
    // A folder in the way of the file that is written first: works for a superuser as well, whom modes do not stop.
    mkdirSync(`${path}.new`);
    expect(await refusalOf(ask(30, 20))).toMatchObject({
      code: "signer.memory-unwritable",
      kind: "unavailable",
    });
    expect(readFileSync(path, "utf8")).toBe(note);
    rmSync(`${path}.new`, { recursive: true });
    expect(parseCheckpoint(await ask(30, 20)).size).toBe(30);
  });

  it("with a key that was sealed for another log, for an authority, or under another KEK", async () => {
    const mine = origin,
      { publicKey, sealed } = await house.deps.signer.createLogKey("ca.example.com/log/dddddddd");
    await house.asSuper("alter table tlog.log disable trigger all");
    await house.asSuper("update tlog.log set public_key = $2, sealed = $3 where origin = $1", [
      mine,
      publicKey,
      sealed,
    ]);
    await house.asSuper("alter table tlog.log enable always trigger no_change");
    await house.asSuper("alter table tlog.log enable always trigger no_truncate");
    expect((await refusalOf(ask(5, 0))).code).toBe("signer.key-sealed");
    const stranger = makeSigner({
      db: house.deps.db,
      kek: randomBytes(32),
      random: house.deps.random,
      publicUrl: house.deps.publicUrl,
      witnessDir: house.witnessDir,
    });
    expect(
      (
        await refusalOf(
          stranger.signCheckpoint({ origin, size: 5, rootHex: rootHex(5), oldSize: 0, proof: [] }),
        )
      ).code,
    ).toBe("signer.key-sealed");
  });
});

describe("the memory", () => {
  it("of a machine that never signed for this log begins with the newest checkpoint of the database, and says so", async () => {
    const said: string[] = [],
      note = await ask(20, 0);
    await house.deps.db.pool.query("select tlog.add_checkpoint($1, 20, $2, $3)", [
      count,
      Buffer.from(rootHex(20), "hex"),
      note,
    ]);
    rmSync(fileOf());
    const elsewhere = makeSigner({
      db: house.deps.db,
      kek: house.kek,
      random: house.deps.random,
      publicUrl: house.deps.publicUrl,
      witnessDir: house.witnessDir,
      say: (line) => said.push(line),
    });
    expect(
      (
        await refusalOf(
          elsewhere.signCheckpoint({
            origin,
            size: 10,
            rootHex: rootHex(10),
            oldSize: 0,
            proof: [],
          }),
        )
      ).code,
    ).toBe("signer.fork");
    expect(await elsewhere.remembered(origin)).toBe(note);
    expect(said).toEqual([
      expect.stringMatching(
        /remembers nothing of the log .* begins with its checkpoint of 20 entries/,
      ),
    ]);
  });

  it("tells everything that it holds, the latest last, and not a part of it when one cannot be read", async () => {
    await ask(3, 0);
    const all = await house.deps.signer.rememberedAll();
    expect(all.length).toBeGreaterThan(1);
    expect(parseCheckpoint(all.at(-1) ?? "").origin).toBe(origin);
    const bad = join(house.witnessDir, `${"0".repeat(64)}.checkpoint`);
    writeFileSync(bad, "rubbish");
    expect((await refusalOf(house.deps.signer.rememberedAll())).code).toBe(
      "signer.memory-unreadable",
    );
    rmSync(bad);
  });

  it("closes a folder that others could read", async () => {
    await ask(3, 0);
    chmodSync(house.witnessDir, 0o755);
    await ask(4, 3);
    expect(statSync(house.witnessDir).mode & 0o777).toBe(0o700);
  });
});
