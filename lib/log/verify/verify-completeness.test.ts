import { beforeAll, expect, test } from "vitest";
import type { CheckName, VerifyReport } from "./report";
import {
  exportLines,
  fileOf,
  makeKey,
  makeLog,
  makeRecord,
  piecesOf,
  type TestKey,
  type TestLog,
} from "@/testing/log/verify/make-export";
import { verifyExport, type VerifyExportOptions } from "./verify-export";

const size = 40;
let key: TestKey;
let log: TestLog;
let lines: readonly string[];
beforeAll(async () => {
  key = await makeKey("log.example.com/log/0000abcd");
  log = await makeLog(
    Array.from({ length: size }, (_none, at) => makeRecord(at)),
    { key },
  );
  lines = await exportLines(log);
});

const verify = (
  from: readonly string[],
  options: VerifyExportOptions = {},
): Promise<VerifyReport> => verifyExport(piecesOf(fileOf(from)), options);
const failedOf = ({ checks }: VerifyReport): CheckName[] =>
  checks.filter(({ state }) => state === "failed").map(({ name }) => name);
const saysOf = (report: VerifyReport, name: CheckName) =>
  report.checks.find((check) => check.name === name)!;

test("an export of everything never verifies with an entry taken out, whatever counts it states", async () => {
  // The hash of a leaf is public: the skip is what a filter would have written.
  const omitting = await exportLines(log, { keep: (at) => at !== 9, filter: "" });
  const report = await verify(omitting, { vkey: key.vkey });
  expect([failedOf(report), report.level]).toEqual([["complete"], "failed"]);
  expect(saysOf(report, "complete").problems).toEqual([
    expect.stringMatching(/only the hashes of 1 entry are in it: 39 of 40 entries/),
  ]);
});

test.each(["", "action=certificate.revoked", " ", "everything"])(
  "the label %j makes no file complete that leaves entries out",
  async (filter) => {
    for (const keep of [(at: number) => at > 0, (at: number) => at < size - 1, () => false]) {
      const report = await verify(await exportLines(log, { keep, filter }));
      expect(saysOf(report, "complete").state).not.toBe("passed");
    }
  },
);

test("a file whose label was made up is not called complete either, though it holds every entry", async () => {
  const report = await verify(await exportLines(log, { filter: "action=certificate.held" }));
  expect(saysOf(report, "complete")).toMatchObject({
    state: "not-checked",
    says: expect.stringMatching(/^The file holds 40 of 40 entries of the checkpoint/),
  });
});

test("an old export shown as new, if an age is required", async () => {
  const day = 86_400_000;
  const now = new Date("2026-11-30T08:15:00Z");
  const old = await verify(lines, { now, maxAgeMs: 3 * day });
  expect([failedOf(old), old.newestAt]).toEqual([["age"], "2026-11-23T08:15:00.042Z"]);
  expect(saysOf(old, "age").problems).toEqual([
    expect.stringMatching(/2026-11-23T08:15:00.042Z, 6 days 23 hours ago.*more than the 3 days/),
  ]);
  expect(failedOf(await verify(lines, { now, maxAgeMs: 8 * day }))).toEqual([]);
  expect(failedOf(await verify(lines, { now: new Date(0), maxAgeMs: day }))).toEqual(["age"]);
});

test("the age of a file is that of what is signed: entries that no checkpoint covers don't count", async () => {
  const entries = [makeRecord(0), makeRecord(1, { ts: "2026-11-29T08:15:00.042000Z" })];
  const young = await makeLog(entries, { key, size: 1 });
  expect((await verify(await exportLines(young))).newestAt).toBe("2026-11-23T08:15:00.042Z");
  const all = await makeLog(entries.toReversed(), { key });
  expect((await verify(await exportLines(all))).newestAt).toBe("2026-11-29T08:15:00.042Z");
});

test("every problem is given out that is counted, however many there are", async () => {
  const unlisted: string[] = [];
  const changed = lines.map((line) => line.replace("may be lost", "may be last"));
  const report = await verify(changed, {
    maxListed: 5,
    onUnlisted: (name, problem) => unlisted.push(`${name}: ${problem}`),
  });
  const { problems, problemCount } = saysOf(report, "leaf");
  expect([problems.length, problemCount]).toEqual([5, 40]);
  expect(unlisted.filter((one) => one.startsWith("leaf: Entry"))).toHaveLength(35);
});
