import {
  createHash,
  generateKeyPairSync,
  sign,
  verify,
  createPublicKey,
  type KeyObject,
} from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { concat, toBase64, toHex, utf8 } from "@/lib/log/pure/bytes";
import { formatCheckpoint } from "@/lib/log/pure/checkpoint";
import { cosignatureMessage, formatCosignature } from "@/lib/log/pure/cosignature";
import type { LogCrypto } from "@/lib/log/pure/crypto";
import { formatVkey, parseVkey, signatureLine } from "@/lib/log/pure/note";
import type { EntryProof } from "@/lib/log/types-of-proof";
import { auditPath, type Span } from "./audit-path";
import type { Remembered } from "./browser-memory";
import { compareMemory, type AskPath } from "./compare-memory";
import { seenOf, verifyEntry } from "./verify-entry";

const spki = (raw: Uint8Array) =>
  createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]),
    format: "der",
    type: "spki",
  });
const c: LogCrypto = {
  sha256: (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),
  verifyEd25519: (key, message, signature) => verify(null, message, spki(key), signature),
};
const sha = (...parts: Uint8Array[]) =>
  new Uint8Array(
    createHash("sha256")
      .update(concat(...parts))
      .digest(),
  );
const leafOf = (text: string) => sha(Uint8Array.of(0), utf8(text));
function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return sha(Uint8Array.of(1), rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}

type Signer = Readonly<{ name: string; vkey: string; key: KeyObject }>;
async function makeSigner(name: string, type: 1 | 4): Promise<Signer> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return {
    name,
    key: privateKey,
    vkey: await formatVkey(
      c,
      name,
      type,
      new Uint8Array(publicKey.export({ format: "der", type: "spki" })).slice(-32),
    ),
  };
}
const texts = Array.from({ length: 7 }, (_none, at) => `{"n":${at}}`),
  leaves = texts.map(leafOf);
let log: Signer, one: Signer, two: Signer;
beforeAll(async () => {
  [log, one, two] = await Promise.all([
    makeSigner("log.example.com/log/1", 1),
    makeSigner("one.example.com", 4),
    makeSigner("two.example.com", 4),
  ]);
});

function noteOf(of: readonly Uint8Array[], cosigners: readonly Signer[] = [], by = log): string {
  const body = formatCheckpoint({ origin: log.name, size: of.length, root: rootOf(of) });
  const lines = [
    signatureLine(log.name, parseVkey(log.vkey).keyId, sign(null, utf8(body), by.key)),
    ...cosigners.map(({ name, vkey, key }) =>
      signatureLine(
        name,
        parseVkey(vkey).keyId,
        formatCosignature({
          timestamp: 9,
          signature: sign(null, cosignatureMessage(9, body), key),
        }),
      ),
    ),
  ];
  return `${body}\n${lines.join("")}`;
}

function proofOf(seq: number, note: string, more: Partial<EntryProof> = {}): EntryProof {
  const hashOf = ({ from, to }: Span) => toBase64(rootOf(leaves.slice(from, to)));
  return {
    seq,
    leafHashHex: toHex(leaves[seq]!),
    vkey: log.vkey,
    witnesses: [],
    quorum: 0,
    consistency: null,
    inclusion: { size: 7, path: auditPath(seq, 7).map(({ sibling }) => hashOf(sibling)) },
    checkpoint: {
      origin: log.name,
      size: 7,
      rootHex: "",
      note,
      signedAt: "2026-11-23T00:00:00Z",
      publishedAt: null,
      cosignedBy: [],
    },
    ...more,
  };
}
const judge = (proof: EntryProof, text = texts[proof.seq]!) =>
  verifyEntry(c, { bytesText: text, proof });
const asked = (quorum: number) => ({
  quorum,
  witnesses: [one, two].map(({ name, vkey }) => ({ name, vkey })),
});

describe("an entry verified in the browser", () => {
  it("is signed by the log alone where no witness is asked, for every entry", async () => {
    for (const seq of texts.keys()) {
      const verdict = await judge(proofOf(seq, noteOf(leaves)));
      expect([verdict.level, verdict.headline, verdict.nodes.at(-1)?.hashHex]).toEqual([
        "signed",
        "Signed by the log alone",
        toHex(rootOf(leaves)),
      ]);
    }
  });
  it("is witnessed when as many cosigned as the policy asks", async () => {
    expect(await judge(proofOf(3, noteOf(leaves, [one, two]), asked(2)))).toMatchObject({
      level: "witnessed",
      headline: "Witnessed by 2 of 2",
    });
    expect(await judge(proofOf(3, noteOf(leaves, [two]), asked(1)))).toMatchObject({
      level: "witnessed",
      headline: "Witnessed by 1 of 2",
    });
  });
  it("is no more than signed when fewer cosigned", async () => {
    expect(await judge(proofOf(3, noteOf(leaves, [one]), asked(2)))).toMatchObject({
      level: "signed",
    });
    expect(await judge(proofOf(3, noteOf(leaves), asked(1)))).toMatchObject({
      level: "signed",
      steps: { witnesses: { state: "absent" } },
    });
  });
  it("is not yet sealed without a checkpoint, and its bytes are verified all the same", async () => {
    expect(await judge(proofOf(3, "", { inclusion: null, checkpoint: null }))).toMatchObject({
      level: "unsealed",
      headline: "Not yet sealed",
      steps: { leaf: { state: "verified" }, path: { state: "waiting" } },
    });
  });
});

describe("what is wrong fails at the step that finds it", () => {
  it("one changed byte", async () => {
    expect(await judge(proofOf(3, noteOf(leaves)), '{"n":4}')).toMatchObject({
      level: "failed",
      steps: { leaf: { state: "failed" }, path: { state: "waiting" } },
    });
  });
  it("a changed byte with its leaf hash changed along", async () => {
    expect(
      await judge(proofOf(3, noteOf(leaves), { leafHashHex: toHex(leafOf("{}")) }), "{}"),
    ).toMatchObject({
      level: "failed",
      steps: { leaf: { state: "verified" }, path: { state: "failed" } },
    });
  });
  it("an entry in another place", async () => {
    expect(await judge({ ...proofOf(3, noteOf(leaves)), seq: 2 }, texts[3])).toMatchObject({
      level: "failed",
      steps: { path: { state: "failed" } },
    });
  });
  it("a path that is cut, too long, or no base64", async () => {
    const { inclusion } = proofOf(3, "");
    for (const path of [
      inclusion!.path.slice(1),
      [...inclusion!.path, ...inclusion!.path],
      ["?"],
    ]) {
      expect(
        await judge(proofOf(3, noteOf(leaves), { inclusion: { size: 7, path } })),
      ).toMatchObject({ level: "failed", steps: { path: { state: "failed" } } });
    }
  });
  it("a checkpoint of another size", async () => {
    expect(await judge(proofOf(3, noteOf(leaves.slice(0, 6))))).toMatchObject({
      level: "failed",
      steps: { path: { state: "failed" } },
    });
  });
  it("a checkpoint signed by another key", async () => {
    expect(await judge(proofOf(3, noteOf(leaves, [], two)))).toMatchObject({
      level: "failed",
      steps: { signature: { state: "failed" }, witnesses: { state: "waiting" } },
    });
  });
  it("another log's key", async () => {
    expect(
      await judge(
        proofOf(3, noteOf(leaves), { vkey: (await makeSigner("other.example.com", 1)).vkey }),
      ),
    ).toMatchObject({ level: "failed", steps: { signature: { state: "failed" } } });
  });
  it("a forged cosignature", async () => {
    const forged = noteOf(leaves, [{ ...one, key: two.key }]);
    expect(await judge(proofOf(3, forged, asked(1)))).toMatchObject({
      level: "failed",
      steps: { signature: { state: "verified" }, witnesses: { state: "failed" } },
    });
  });
});

describe("a browser that remembers a checkpoint", () => {
  const before = (of: readonly Uint8Array[]): Remembered => ({
    v: 1,
    origin: log.name,
    vkey: log.vkey,
    size: of.length,
    rootHex: toHex(rootOf(of)),
    note: noteOf(of),
    seenAt: "2026-11-22T00:00:00Z",
  });
  const now = (of: readonly Uint8Array[] = leaves) => seenOf(proofOf(0, noteOf(of)))!;
  // From 4 to 7 entries the proof is the root of the three that were added.
  const honest: AskPath = async (from, to) => {
    expect([from, to]).toEqual([4, 7]);
    return { path: [toBase64(rootOf(leaves.slice(4)))] };
  };
  const never: AskPath = async () => {
    throw new Error("nothing is to be asked");
  };
  const other = [...leaves.slice(0, 3), leafOf("rewritten")];

  it("remembers the first one that it sees", async () => {
    expect((await compareMemory(c, null, now(), never)).outcome).toBe("first");
  });
  it("finds the same one unchanged, and asks nobody", async () => {
    expect((await compareMemory(c, before(leaves), now(), never)).outcome).toBe("same");
  });
  it("takes a longer log only with the proof that it continues", async () => {
    expect((await compareMemory(c, before(leaves.slice(0, 4)), now(), honest)).outcome).toBe(
      "grown",
    );
    expect(
      (await compareMemory(c, before(leaves.slice(0, 4)), now(), async () => ({ path: [] })))
        .outcome,
    ).toBe("contradiction");
  });
  it("finds a page that is older than what it remembers consistent, not smaller", async () => {
    expect((await compareMemory(c, before(leaves), now(leaves.slice(0, 4)), honest)).outcome).toBe(
      "behind",
    );
  });
  it("contradicts a rewritten log, of the same size and of a larger one", async () => {
    expect(
      (await compareMemory(c, before([...leaves.slice(0, 6), leafOf("rewritten")]), now(), never))
        .outcome,
    ).toBe("contradiction");
    expect((await compareMemory(c, before(other), now(), honest)).outcome).toBe("contradiction");
  });
  it("contradicts a log that lost entries, and one with a new key under the old name", async () => {
    expect(
      (await compareMemory(c, before(leaves), now(leaves.slice(0, 4)), async () => "smaller"))
        .outcome,
    ).toBe("contradiction");
    expect(
      (await compareMemory(c, { ...before(leaves), vkey: one.vkey }, now(), never)).outcome,
    ).toBe("contradiction");
  });
  it("claims nothing while the proof cannot be fetched", async () => {
    expect(
      (await compareMemory(c, before(leaves.slice(0, 4)), now(), async () => "unreachable"))
        .outcome,
    ).toBe("open");
  });
});
