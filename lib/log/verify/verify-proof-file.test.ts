import { beforeAll, describe, expect, test } from "vitest";
import { formatTlogProof, type TlogProof } from "@/lib/log/pure/tlog-proof";
import { buildInclusionProof } from "@/lib/log/tree/build-proofs";
import type { CheckName, VerifyReport } from "./report";
import {
  makeKey,
  makeLog,
  makeRecord,
  piecesOf,
  type TestKey,
  type TestLog,
} from "@/testing/log/verify/make-export";
import { verifyExport, type VerifyExportOptions } from "./verify-export";

let key: TestKey;
let witness: TestKey;
let log: TestLog;
let proof: TlogProof;
const extra = (at: number): Uint8Array => Buffer.from(log.entries[at]!);
beforeAll(async () => {
  [key, witness] = await Promise.all([
    makeKey("log.example.com/log/0000abcd"),
    makeKey("witness.example.com", 4),
  ]);
  log = await makeLog(
    Array.from({ length: 20 }, (_none, at) => makeRecord(at)),
    { key, cosigners: [witness] },
  );
  proof = {
    extra: extra(7),
    index: 7,
    path: await buildInclusionProof(log.read, 7, 20),
    checkpoint: log.note,
  };
});
const verify = (of: TlogProof, options: VerifyExportOptions = {}): Promise<VerifyReport> =>
  verifyExport(piecesOf(formatTlogProof(of), 10), options);
const failedOf = ({ checks }: VerifyReport): CheckName[] =>
  checks.filter(({ state }) => state === "failed").map(({ name }) => name);

describe("a proof file", () => {
  test("proves its entry under the key that was given", async () => {
    expect(await verify(proof, { vkey: key.vkey })).toMatchObject({
      kind: "proof",
      level: "signed",
      first: 7,
      size: 20,
      log: key.name,
      keyPinned: true,
    });
  });

  test("is witnessed by the policy's witnesses, with the policy's key", async () => {
    const policy = `log ${key.vkey}\nwitness W ${witness.vkey}\nquorum W\n`;
    expect(await verify(proof, { policy })).toMatchObject({
      level: "witnessed",
      cosignedBy: [{ name: "W" }],
    });
    expect(failedOf(await verify(proof, { policy: "quorum none\n" }))).toEqual(["signature"]);
  });

  test("a proof file without a key proves nothing, and the report says that", async () => {
    const report = await verify(proof);
    expect([
      report.level,
      report.keyPinned,
      report.checks.find(({ name }) => name === "signature")?.says,
    ]).toEqual(["unsealed", false, expect.stringMatching(/--key/)]);
  });

  test("without its entry proves nothing until the entry is given", async () => {
    const { extra: _entry, ...bare } = proof;
    expect((await verify(bare, { vkey: key.vkey })).level).toBe("unsealed");
    expect((await verify(bare, { vkey: key.vkey, entry: extra(7) })).level).toBe("signed");
    expect(failedOf(await verify(bare, { vkey: key.vkey, entry: extra(8) }))).toEqual(["tree"]);
  });

  test("for another entry, another number, another path or another checkpoint fails", async () => {
    for (const wrong of [
      { ...proof, extra: extra(8) },
      { ...proof, index: 6 },
      { ...proof, index: 20 },
      { ...proof, path: proof.path.slice(1) },
      { ...proof, path: proof.path.toReversed() },
      { ...proof, checkpoint: await log.noteAt(19) },
    ]) {
      const report = await verify(wrong, { vkey: key.vkey });
      expect([failedOf(report), report.level]).toEqual([["tree"], "failed"]);
    }
  });

  test("signed with another key of the same name fails", async () => {
    expect(failedOf(await verify(proof, { vkey: (await makeKey(key.name)).vkey }))).toEqual([
      "signature",
    ]);
  });

  test("shows a fork to who kept a checkpoint of the same size", async () => {
    const fork = await makeLog(log.entries.with(3, makeRecord(3, { outcome: "denied" })), { key });
    expect(failedOf(await verify(proof, { vkey: key.vkey, since: fork.note }))).toEqual(["since"]);
    expect(failedOf(await verify(proof, { vkey: key.vkey, since: log.note }))).toEqual([]);
  });

  test("that is none is refused", async () => {
    await expect(
      verifyExport(piecesOf("c2sp.org/tlog-proof@v1\nnonsense\n")),
    ).rejects.toMatchObject({ code: "tlog-proof.form" });
  });
});
