import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { exitCodeOf } from "@/cli/verify/exit-code";
import { runLive } from "@/cli/verify/live";
import { exportEntries } from "@/lib/log/export/export-entries";
import type { ExportFormat } from "@/lib/log/export/types";
import { getProofFile } from "@/lib/log/prove/get-proof-file";
import { findNewestCheckpoint } from "@/lib/log/tree/checkpoint-reader";
import { makeLineFrame } from "@/lib/log/verify/line-frame";
import { verifyExport, type VerifyExportOptions } from "@/lib/log/verify/verify-export";
import { adminActor } from "@/testing/actors";
import {
  openPublishingLog,
  type PublishingLog,
  unguarded,
} from "@/testing/log/publish/pipeline-fixture";

let fixture: PublishingLog, vkey: string;
beforeAll(async () => {
  fixture = await openPublishingLog();
  fixture.start();
  await fixture.write(700);
  await fixture.published();
  vkey = String((await fixture.harness.asSuper("select vkey from tlog.log"))[0]?.["vkey"]);
});
afterAll(async () => {
  await fixture.close();
});

const auditor = { ...adminActor(), role: "auditor" } as const;
const exported = async (
  format: ExportFormat,
  query: Readonly<Record<string, string>> = {},
  checkpoint?: number,
): Promise<Buffer> => {
  const { pieces } = await exportEntries(
    fixture.harness.deps,
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
  "an export of the log verifies offline: %j",
  async (query) => {
    const report = await verify(await exported("jsonl", query));
    expect([problemsOf(report), report.level, report.keyPinned]).toEqual([[], "signed", true]);
    expect(report.size).toBeGreaterThan(700);
  },
);

test("every line of an exported log is split without being parsed", async () => {
  const lines = (await exported("jsonl")).toString().split("\n").slice(1, -2),
    { log, size } = JSON.parse((await exported("jsonl")).toString().split("\n")[0]!).export as {
      log: string;
      size: number;
    };
  const frames = [
    makeLineFrame("export", log, size),
    makeLineFrame("export", log, size - 1),
    makeLineFrame("export", log, size - 2),
  ];
  const uncut = lines.filter(
    (line) =>
      !frames.some((frame) => frame.parse(Buffer.from(`${line}\n`), 0, Buffer.byteLength(line))),
  );
  expect([lines.length > 700, uncut]).toEqual([true, []]);
});

test.each([["csv"], ["ocsf"], ["cef"]] as const)(
  "an export as %s verifies with its companion file",
  async (format) => {
    const { size } = (await findNewestCheckpoint(fixture.harness.deps.db))!;
    const [file, proof] = [await exported(format, {}, size), await exported("proof", {}, size)],
      report = await verify(file, { proof: pieces(proof) });
    expect([problemsOf(report), report.level, report.size]).toEqual([[], "signed", size]);
  },
);

test("the proof file of one entry verifies", async () => {
  const report = await verify(
    Buffer.from(await getProofFile(fixture.harness.deps, auditor, 17)),
    {},
  );
  expect([problemsOf(report), report.level, report.first]).toEqual([[], "signed", 17]);
});

test("the tables aren't said to match the log if the function that reads the inbox was replaced", async () => {
  const { deps, asSuper } = fixture.harness;
  const said: string[] = [];
  const run = () =>
    runLive(deps as never, { scope: "state" }, (text) => void said.push(text), null);
  const [made] = await asSuper("select pg_get_functiondef('tlog.inbox_about'::regproc) as sql");
  await asSuper(
    String(made?.["sql"]).replace(
      /\$function\$[^]*\$function\$/,
      "$$$$ select null::text, null::bytea where false $$$$",
    ),
  );
  try {
    expect(await run()).toBe(1);
    expect(said.join("")).toMatch(
      /^ +The inbox can't be compared: function tlog\.inbox_about\(text\[\]\) is not the one that the migrations make\.$/m,
    );
  } finally {
    await asSuper(String(made?.["sql"]));
  }
  expect(await run()).toBe(0);
});

test("the live log verifies, and its tables; a changed byte is named by number and ends with exit code 1", async () => {
  let said = "";
  const run = (
    what: "live" | "state" | "index",
    more: Readonly<{ json?: boolean; quiet?: boolean; from?: number }> = {},
  ) =>
    runLive(
      fixture.harness.deps as never,
      { scope: what, ...more },
      (text) => {
        said += text;
      },
      null,
    );
  await fixture.published();
  const since = (await findNewestCheckpoint(fixture.harness.deps.db))!;
  expect([await run("live"), await run("state"), await run("live", { quiet: true })]).toEqual([
    0, 0, 0,
  ]);
  expect(said).toMatch(/^passed +leaf +7\d\d checked$/m);
  expect(said).toMatch(/SIGNED: 7\d\d entries of the live log[^]*The tables match the log\.\n$/);
  said = "";
  expect([await run("index"), await run("index", { from: 500 })]).toEqual([0, 0]);
  expect(said).toMatch(
    /matches the log\.\n[^]* Its part before that of entry 500 was not compared\.\n$/,
  );
  await fixture.stopAll();
  await unguarded(fixture, [
    "update tlog.entry set entry = overlay(entry placing '\\x31'::bytea from 40) where seq = 33",
    "insert into tlog.anchor select generation, size, 'tsa.example.com', note, '\\x30', now() from tlog.checkpoint order by size desc limit 1",
  ]);
  said = "";
  expect([await run("live"), await run("live", { json: true, quiet: true })]).toEqual([1, 1]);
  expect(said).toMatch(/^FAILED +leaf[^]*33/m);
  expect(said).toMatch(/^not verified +the signatures of the time stamps of tsa\.example\.com: /m);
  const report = await verify(await exported("jsonl", {}, since.size));
  expect([report.level, exitCodeOf(report, "signed", {})]).toEqual(["failed", 1]);
  expect(problemsOf(report)[0]).toMatch(/^Entry 33 /);
});

test("problems of the live log that the report doesn't list are on standard error, and none is lost", async () => {
  const rows = 2_500;
  await unguarded(fixture, ["alter table saved_view disable trigger all"]);
  await fixture.harness.asSuper(
    `insert into saved_view (id, account_id, name, query, created_at, changed_at) select 'vew_' || n, 'usr_none', 'view ' || n, '', now(), now() from generate_series(1, ${rows}) n`,
  );
  const beyond: string[] = [];
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    beyond.push(String(text));
    return true;
  });
  let said = "";
  try {
    const write = (text: string): void => {
      said += text;
    };
    expect(await runLive(fixture.harness.deps as never, { scope: "live" }, write, null)).toBe(1);
  } finally {
    spy.mockRestore();
  }
  const missing = /is in the table but has no entry/;
  const listed = said.split("\n").filter((line) => line.includes("vew_") && missing.test(line));
  const others = beyond.filter((line) => line.startsWith("state: ") && line.includes("vew_"));
  expect(listed.length).toBeLessThan(rows);
  expect(listed.length + others.length).toBe(rows);
  expect(said).toMatch(/^ +… and [\d,]+ more, on standard error$/m);
});
