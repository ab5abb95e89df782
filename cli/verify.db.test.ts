import { afterAll, beforeAll, expect, test } from "vitest";
import { exportEntries } from "@/lib/log/export/export-entries";
import type { ExportFormat } from "@/lib/log/export/types";
import { makeEntryProofFile } from "@/lib/log/make-entry-proof-file";
import { openStand, unguarded, type Stand } from "@/lib/log/publish/testdata/stand";
import { newestCheckpoint } from "@/lib/log/tree-reader";
import { makeFrame } from "@/lib/log/verify/entry-frame";
import { verifyExport, type VerifyExportOptions } from "@/lib/log/verify/verify-export";
import { testActor } from "@/server/signer/testing/make-test-house";
import { exitCodeOf } from "./verify/exit-code";
import { runLive } from "./verify/live";

let stand: Stand, vkey: string;
beforeAll(async () => {
  stand = await openStand();
  stand.start();
  await stand.write(700);
  await stand.published();
  vkey = String((await stand.house.asSuper("select vkey from tlog.log"))[0]?.["vkey"]);
});
afterAll(async () => {
  await stand.close();
});

const auditor = { ...testActor(), role: "auditor" } as const;
const exported = async (
  format: ExportFormat,
  query: Readonly<Record<string, string>> = {},
  checkpoint?: number,
): Promise<Buffer> => {
  const { pieces } = await exportEntries(
    stand.house.deps,
    auditor,
    { order: "asc", ...query },
    { format, checkpoint },
  );
  const read: Uint8Array[] = [];
  for await (const piece of pieces) read.push(Uint8Array.from(piece));
  return Buffer.concat(read);
};
async function* pieces(of: Uint8Array) {
  for (let at = 0; at < of.length; at += 10_000) yield of.subarray(at, at + 10_000);
}
const verify = (of: Uint8Array, options: VerifyExportOptions = {}) =>
  verifyExport(pieces(Buffer.from(of)), { vkey, ...options });
const problemsOf = ({ checks }: Awaited<ReturnType<typeof verify>>): string[] =>
  checks.flatMap(({ problems }) => problems);

test.each([[{}], [{ action: "certificate.read" }], [{ q: "nothing of the kind anywhere" }]])(
  "what the log exports verifies offline: %j",
  async (query) => {
    const report = await verify(await exported("jsonl", query));
    expect([problemsOf(report), report.level, report.keyPinned]).toEqual([[], "signed", true]);
    expect(report.size).toBeGreaterThan(700);
  },
);

test("every line of it is cut without being parsed", async () => {
  const lines = (await exported("jsonl")).toString().split("\n").slice(1, -2),
    { log, size } = JSON.parse((await exported("jsonl")).toString().split("\n")[0]!).export as {
      log: string;
      size: number;
    };
  const frames = [
    makeFrame("export", log, size),
    makeFrame("export", log, size - 1),
    makeFrame("export", log, size - 2),
  ];
  const uncut = lines.filter(
    (line) =>
      !frames.some((frame) => frame.cut(Buffer.from(`${line}\n`), 0, Buffer.byteLength(line))),
  );
  expect([lines.length > 700, uncut]).toEqual([true, []]);
});

test.each([["csv"], ["ocsf"], ["cef"]] as const)(
  "what it exports as %s verifies with its companion",
  async (format) => {
    const { size } = (await newestCheckpoint(stand.house.deps.db))!;
    const [file, proof] = [await exported(format, {}, size), await exported("proof", {}, size)],
      report = await verify(file, { proof: pieces(proof) });
    expect([problemsOf(report), report.level, report.size]).toEqual([[], "signed", size]);
  },
);

test("the proof file of one entry verifies", async () => {
  const report = await verify(
    Buffer.from(await makeEntryProofFile(stand.house.deps, auditor, 17)),
    {},
  );
  expect([problemsOf(report), report.level, report.first]).toEqual([[], "signed", 17]);
});

test("the live log verifies, and its tables; a changed byte is named by number and ends with exit code 1", async () => {
  let said = "";
  const run = (what: "live" | "state", more: Readonly<{ json?: boolean; quiet?: boolean }> = {}) =>
    runLive(
      stand.house.deps as never,
      { what, ...more },
      (text) => {
        said += text;
      },
      null,
    );
  await stand.published();
  const since = (await newestCheckpoint(stand.house.deps.db))!;
  expect([await run("live"), await run("state"), await run("live", { quiet: true })]).toEqual([
    0, 0, 0,
  ]);
  expect(said).toMatch(/^passed +leaf +7\d\d checked$/m);
  expect(said).toMatch(
    /SIGNED: 7\d\d entries of the live log[^]*The tables are what the log explains\.\n$/,
  );
  await stand.stopAll();
  await unguarded(stand, [
    "update tlog.entry set entry = overlay(entry placing '\\x31'::bytea from 40) where seq = 33",
  ]);
  said = "";
  expect([await run("live"), await run("live", { json: true, quiet: true })]).toEqual([1, 1]);
  expect(said).toMatch(/^FAILED +leaf[^]*33/m);
  const report = await verify(await exported("jsonl", {}, since.size));
  expect([report.level, exitCodeOf(report, "signed", {})]).toEqual(["failed", 1]);
  expect(problemsOf(report)[0]).toMatch(/^Entry 33 /);
});
