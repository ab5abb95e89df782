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
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { toBase64, toHex } from "@/lib/log/pure/bytes";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { parseVkey } from "@/lib/log/pure/note";
import { verifyCheckpoint } from "@/lib/log/pure/verify-checkpoint";
import { makeAppendOnlyTree } from "@/lib/log/tree/append-only-tree";
import { buildConsistencyProof } from "@/lib/log/tree/build-proofs";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { openHarness, type Harness } from "@/testing/harness";
import { refusalOf } from "@/testing/ca/requests";
import { makeSigner } from "./make-signer";

// A tree of these leaves, in memory: level 0 tiles are the leaves themselves, which is all that 200
// entries need.
const leaves = Array.from({ length: 200 }, () => new Uint8Array(randomBytes(32)));
const rootHexOf = (hashes: readonly Uint8Array[]): string => {
  const tree = makeAppendOnlyTree({ size: 0, edge: [] });
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
    await buildConsistencyProof(
      async (_level, _index, size) => Buffer.concat(of.slice(0, size)),
      from,
      to,
    )
  ).map(toBase64);

let harness: Harness,
  origin: string,
  count = 0;
const ask = async (
  size: number,
  oldSize: number,
  over: Partial<Parameters<Harness["deps"]["signer"]["signCheckpoint"]>[0]> = {},
) =>
  harness.deps.signer.signCheckpoint({
    origin,
    size,
    rootHex: rootHex(size),
    oldSize,
    proof: await proof(oldSize, size),
    ...over,
  });
const fileOf = (): string =>
  join(
    harness.witnessDir,
    readdirSync(harness.witnessDir).find((name) =>
      readFileSync(join(harness.witnessDir, name), "utf8").startsWith(`${origin}\n`),
    ) ?? "none",
  );

beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
});
afterAll(async () => {
  await harness.close();
});
beforeEach(async () => {
  count += 1;
  origin = `ca.example.com/log/${count.toString(16).padStart(8, "0")}`;
  const { vkey, publicKey } = await harness.deps.signer.createLogKey(origin);
  await harness.asSuper("alter table tlog.log disable trigger needs_entry");
  await harness.asSuper(
    "insert into tlog.log (generation, origin, vkey, public_key, start_size) values ($1, $2, $3, $4, 0)",
    [count, origin, vkey, publicKey],
  );
});

describe("the log's key signs", () => {
  test("the first checkpoint, and each with a consistency proof from the last, is signed as a note that the log's verifier key verifies", async () => {
    const [row] = await harness.asSuper("select vkey from tlog.log where origin = $1", [origin]);
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
    expect(parseCheckpoint((await harness.deps.signer.remembered(origin)) ?? "").size).toBe(200);
  });

  test("the same checkpoint is signed again with the same bytes, so that a request whose answer was lost can be repeated", async () => {
    const first = await ask(5, 0);
    expect(await ask(5, 0)).toBe(first);
    expect(await ask(5, 5)).toBe(first);
  });

  test("of conflicting concurrent checkpoints only one is signed", async () => {
    const outcomes = await Promise.allSettled([3, 9, 4, 9].map((size) => ask(size, 0)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
      "rejected",
    ]);
  });

  test("a signed checkpoint is stored in a file that only its owner can read before the signature is returned", async () => {
    const note = await ask(3, 0);
    expect(readFileSync(fileOf(), "utf8")).toBe(note);
    expect([statSync(fileOf()).mode & 0o777, statSync(harness.witnessDir).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
  });
});

describe("the log's key does not sign", () => {
  test.each([
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
    expect(await harness.deps.signer.remembered(origin)).toBe(note);
  });

  test("an empty log, or a first checkpoint that claims a predecessor, is not signed", async () => {
    expect((await refusalOf(ask(0, 0))).code).toBe("signer.fork");
    expect((await refusalOf(ask(5, 3))).code).toBe("signer.proof-from-elsewhere");
  });

  test.each([
    ["empty", ""],
    ["rubbish", "rubbish"],
    ["cut off", "half"],
    ["of another log", "other"],
    ["signed by another key", "forged"],
  ])(
    "nothing is signed while the remembered checkpoint is %s, and the refusal explains how to fix it",
    async (kind, text) => {
      const note = await ask(20, 0),
        path = fileOf(),
        forged = `${note.slice(0, note.lastIndexOf(" ") + 7)}${"A".repeat(86)}=\n`;
      const contents: Record<string, string> = {
        half: note.slice(0, 30),
        other: note.replaceAll(origin, "ca.example.com/log/eeeeeeee"),
        forged,
      };
      writeFileSync(path, contents[text] ?? text);
      for (const attempt of [() => ask(30, 20), () => harness.deps.signer.remembered(origin)]) {
        const refusal = await refusalOf(attempt());
        expect(refusal, kind).toMatchObject({
          code: "signer.memory-unreadable",
          kind: "unavailable",
        });
        expect(refusal.message).toMatch(/Restore the file from a backup/);
        expect(refusal.message).toContain(harness.witnessDir);
      }
      writeFileSync(path, note);
      expect(parseCheckpoint(await ask(30, 20)).size).toBe(30);
    },
  );

  test("a checkpoint that can't be stored is not signed", async () => {
    await ask(20, 0);
    const path = fileOf(),
      note = readFileSync(path, "utf8");
    // A folder in the way of the file that is written first: works for a superuser as well, whom
    // modes do not stop.
    mkdirSync(`${path}.new`);
    expect(await refusalOf(ask(30, 20))).toMatchObject({
      code: "signer.memory-unwritable",
      kind: "unavailable",
    });
    expect(readFileSync(path, "utf8")).toBe(note);
    rmSync(`${path}.new`, { recursive: true });
    expect(parseCheckpoint(await ask(30, 20)).size).toBe(30);
  });

  test("no checkpoint is signed with a key sealed for another log, for a CA, or under another KEK", async () => {
    const other = "ca.example.com/log/dddddddd";
    await harness.deps.signer.createLogKey(other);
    await harness.asSuper("alter table signer.log_key disable trigger all");
    await harness.asSuper(
      "update signer.log_key k set public_key = o.public_key, sealed = o.sealed from signer.log_key o where k.origin = $1 and o.origin = $2",
      [origin, other],
    );
    await harness.asSuper("alter table signer.log_key enable always trigger no_change");
    await harness.asSuper("alter table signer.log_key enable always trigger no_truncate");
    expect((await refusalOf(ask(5, 0))).code).toBe("signer.key-sealed");
    const stranger = makeSigner({
      db: harness.signerDb,
      clock: harness.deps.clock,
      kek: randomBytes(32),
      random: harness.deps.random,
      publicUrl: harness.deps.publicUrl,
      witnessDir: harness.witnessDir,
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

describe("remembered checkpoints", () => {
  test("on a machine that never signed for a log, the signer starts from the newest checkpoint of the database, and reports it", async () => {
    const notices: string[] = [],
      note = await ask(20, 0);
    await harness.asSuper(
      "insert into tlog.checkpoint (generation, size, root, note) values ($1, 20, $2, $3)",
      [count, Buffer.from(rootHex(20), "hex"), note],
    );
    rmSync(fileOf());
    const elsewhere = makeSigner({
      db: harness.signerDb,
      clock: harness.deps.clock,
      kek: harness.kek,
      random: harness.deps.random,
      publicUrl: harness.deps.publicUrl,
      witnessDir: harness.witnessDir,
      onNotice: (line) => notices.push(line),
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
    expect(notices).toEqual([
      expect.stringMatching(
        /no signed checkpoint of .*; continuing from the checkpoint of 20 entries/,
      ),
    ]);
  });

  test("all remembered checkpoints are listed, the latest last, or none if one can't be read", async () => {
    await ask(3, 0);
    const all = await harness.deps.signer.rememberedAll();
    expect(all.length).toBeGreaterThan(1);
    expect(parseCheckpoint(all.at(-1) ?? "").origin).toBe(origin);
    const bad = join(harness.witnessDir, `${"0".repeat(64)}.checkpoint`);
    writeFileSync(bad, "rubbish");
    expect((await refusalOf(harness.deps.signer.rememberedAll())).code).toBe(
      "signer.memory-unreadable",
    );
    rmSync(bad);
  });

  test("the signer removes other users' access to its folder", async () => {
    await ask(3, 0);
    chmodSync(harness.witnessDir, 0o755);
    await ask(4, 3);
    expect(statSync(harness.witnessDir).mode & 0o777).toBe(0o700);
  });
});
