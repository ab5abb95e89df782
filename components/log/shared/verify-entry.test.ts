import {
  createHash,
  generateKeyPairSync,
  sign,
  verify,
  createPublicKey,
  type KeyObject,
} from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { concat, toBase64, toHex, utf8 } from "@/lib/log/pure/bytes";
import { formatCheckpoint } from "@/lib/log/pure/checkpoint";
import { cosignatureMessage, formatCosignature } from "@/lib/log/pure/cosignature";
import type { LogCrypto } from "@/lib/log/pure/crypto";
import { formatVkey, parseVkey, signatureLine } from "@/lib/log/pure/note";
import type { EntryProof } from "@/lib/log/view-types";
import { auditPath, type Span } from "./audit-path";
import type { StoredCheckpoint } from "./checkpoint-storage";
import { compareCheckpoints, type FetchConsistency } from "./compare-checkpoints";
import { checkpointOf, verifyEntry } from "./verify-entry";

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
const verifyProof = (proof: EntryProof, text = texts[proof.seq]!) =>
  verifyEntry(c, { bytesText: text, proof });
const withQuorum = (quorum: number) => ({
  quorum,
  witnesses: [one, two].map(({ name, vkey }) => ({ name, vkey })),
});

describe("verifying an entry in the browser", () => {
  test("without witnesses, every entry is signed by the log only", async () => {
    for (const seq of texts.keys()) {
      const verdict = await verifyProof(proofOf(seq, noteOf(leaves)));
      expect([verdict.level, verdict.headline, verdict.nodes.at(-1)?.hashHex]).toEqual([
        "signed",
        "Signed by the log only",
        toHex(rootOf(leaves)),
      ]);
    }
  });
  test("an entry is witnessed when the witness policy is met", async () => {
    expect(await verifyProof(proofOf(3, noteOf(leaves, [one, two]), withQuorum(2)))).toMatchObject({
      level: "witnessed",
      headline: "Witnessed by 2 of 2",
    });
    expect(await verifyProof(proofOf(3, noteOf(leaves, [two]), withQuorum(1)))).toMatchObject({
      level: "witnessed",
      headline: "Witnessed by 1 of 2",
    });
  });
  test("an entry is only signed when the witness policy is not met", async () => {
    expect(await verifyProof(proofOf(3, noteOf(leaves, [one]), withQuorum(2)))).toMatchObject({
      level: "signed",
    });
    expect(await verifyProof(proofOf(3, noteOf(leaves), withQuorum(1)))).toMatchObject({
      level: "signed",
      steps: { witnesses: { state: "absent" } },
    });
  });
  test("without a checkpoint the bytes of an entry are still verified", async () => {
    expect(await verifyProof(proofOf(3, "", { inclusion: null, checkpoint: null }))).toMatchObject({
      level: "unsealed",
      headline: "Not in a checkpoint yet",
      steps: { leaf: { state: "verified" }, path: { state: "waiting" } },
    });
  });
});

describe("failures at the step that detects them", () => {
  test("one changed byte fails the leaf hash", async () => {
    expect(await verifyProof(proofOf(3, noteOf(leaves)), '{"n":4}')).toMatchObject({
      level: "failed",
      steps: { leaf: { state: "failed" }, path: { state: "waiting" } },
    });
  });
  test("a changed byte with a matching leaf hash fails the path", async () => {
    expect(
      await verifyProof(proofOf(3, noteOf(leaves), { leafHashHex: toHex(leafOf("{}")) }), "{}"),
    ).toMatchObject({
      level: "failed",
      steps: { leaf: { state: "verified" }, path: { state: "failed" } },
    });
  });
  test("an entry at another position fails the path", async () => {
    expect(await verifyProof({ ...proofOf(3, noteOf(leaves)), seq: 2 }, texts[3])).toMatchObject({
      level: "failed",
      steps: { path: { state: "failed" } },
    });
  });
  test("a path that is too short, too long or invalid base64 fails", async () => {
    const { inclusion } = proofOf(3, "");
    for (const path of [
      inclusion!.path.slice(1),
      [...inclusion!.path, ...inclusion!.path],
      ["?"],
    ]) {
      expect(
        await verifyProof(proofOf(3, noteOf(leaves), { inclusion: { size: 7, path } })),
      ).toMatchObject({ level: "failed", steps: { path: { state: "failed" } } });
    }
  });
  test("a checkpoint of another size fails the path", async () => {
    expect(await verifyProof(proofOf(3, noteOf(leaves.slice(0, 6))))).toMatchObject({
      level: "failed",
      steps: { path: { state: "failed" } },
    });
  });
  test("a checkpoint signed by another key fails the signature", async () => {
    expect(await verifyProof(proofOf(3, noteOf(leaves, [], two)))).toMatchObject({
      level: "failed",
      steps: { signature: { state: "failed" }, witnesses: { state: "waiting" } },
    });
  });
  test("another log's key fails the signature", async () => {
    expect(
      await verifyProof(
        proofOf(3, noteOf(leaves), { vkey: (await makeSigner("other.example.com", 1)).vkey }),
      ),
    ).toMatchObject({ level: "failed", steps: { signature: { state: "failed" } } });
  });
  test("a forged cosignature fails the witnesses", async () => {
    const forged = noteOf(leaves, [{ ...one, key: two.key }]);
    expect(await verifyProof(proofOf(3, forged, withQuorum(1)))).toMatchObject({
      level: "failed",
      steps: { signature: { state: "verified" }, witnesses: { state: "failed" } },
    });
  });
});

describe("comparing with the stored checkpoint", () => {
  const before = (of: readonly Uint8Array[]): StoredCheckpoint => ({
    v: 1,
    origin: log.name,
    vkey: log.vkey,
    size: of.length,
    rootHex: toHex(rootOf(of)),
    note: noteOf(of),
    seenAt: "2026-11-22T00:00:00Z",
  });
  const now = (of: readonly Uint8Array[] = leaves) => checkpointOf(proofOf(0, noteOf(of)))!;
  // From 4 to 7 entries the proof is the root of the three that were added.
  const honest: FetchConsistency = async (from, to) => {
    expect([from, to]).toEqual([4, 7]);
    return { path: [toBase64(rootOf(leaves.slice(4)))] };
  };
  const never: FetchConsistency = async () => {
    throw new Error("no proof should be fetched");
  };
  const other = [...leaves.slice(0, 3), leafOf("rewritten")];

  test("the first checkpoint is accepted without a proof", async () => {
    expect((await compareCheckpoints(c, null, now(), never)).outcome).toBe("first");
  });
  test("the same checkpoint is unchanged, and no proof is fetched", async () => {
    expect((await compareCheckpoints(c, before(leaves), now(), never)).outcome).toBe("same");
  });
  test("a longer log is accepted only with a valid consistency proof", async () => {
    expect((await compareCheckpoints(c, before(leaves.slice(0, 4)), now(), honest)).outcome).toBe(
      "grown",
    );
    expect(
      (await compareCheckpoints(c, before(leaves.slice(0, 4)), now(), async () => ({ path: [] })))
        .outcome,
    ).toBe("contradiction");
  });
  test("a page older than the stored checkpoint is consistent, not smaller", async () => {
    expect(
      (await compareCheckpoints(c, before(leaves), now(leaves.slice(0, 4)), honest)).outcome,
    ).toBe("behind");
  });
  test("a rewritten log is a contradiction, of the same size or larger", async () => {
    expect(
      (
        await compareCheckpoints(
          c,
          before([...leaves.slice(0, 6), leafOf("rewritten")]),
          now(),
          never,
        )
      ).outcome,
    ).toBe("contradiction");
    expect((await compareCheckpoints(c, before(other), now(), honest)).outcome).toBe(
      "contradiction",
    );
  });
  test("a log that lost entries, or has a new key under the old name, is a contradiction", async () => {
    expect(
      (await compareCheckpoints(c, before(leaves), now(leaves.slice(0, 4)), async () => "smaller"))
        .outcome,
    ).toBe("contradiction");
    expect(
      (await compareCheckpoints(c, { ...before(leaves), vkey: one.vkey }, now(), never)).outcome,
    ).toBe("contradiction");
  });
  test("without the proof nothing is confirmed", async () => {
    expect(
      (await compareCheckpoints(c, before(leaves.slice(0, 4)), now(), async () => "unreachable"))
        .outcome,
    ).toBe("open");
  });
});
