import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EntryQuery } from "@/lib/log/schema";
import type { VerifyReport } from "@/lib/log/verify/report";
import { verifyExport } from "@/lib/log/verify/verify-export";
import {
  type ExportLie,
  indexLies,
  liedAbout,
  openSealedLog,
  type SealedLog,
  sealedTo,
} from "@/testing/log/sealed-log";

let log: SealedLog;
beforeAll(async () => {
  log = await openSealedLog();
}, 120_000);
afterAll(() => log.close());
const exported = (query: EntryQuery, lie?: ExportLie): Promise<Buffer> => log.exported(query, lie);

async function verify(file: Buffer): Promise<VerifyReport> {
  const pieces = async function* () {
    yield file;
  };
  return verifyExport(pieces(), { vkey: log.vkey });
}
const selectionOf = ({ checks }: VerifyReport) => checks.find(({ name }) => name === "selection");
const problemsOf = ({ checks }: VerifyReport): string[] =>
  checks.flatMap(({ name, problems }) => problems.map((text) => `${name}: ${text}`));

const queries: readonly EntryQuery[] = [
  { actor: "rare@example.com" },
  { action: "identity.created" },
  { action: "identity." },
  { reads: "only", actor: "bulk@example.com" },
  { q: "idn_12", reads: "exclude" },
  { q: "nothing of the kind anywhere" },
  { target: "idn_300" },
  { ip: "192.0.2.0/24", outcome: "success" },
  { ip: "0.0.0.0/0" },
  { from: "2026-01-01", to: "2999-01-01", actor: "rare@example.com" },
  { to: "2020-01-01" },
];

describe("a filtered export", () => {
  test.each(queries)("shows that it holds what the index has for %j", async (query) => {
    const report = await verify(await exported(query));
    expect(problemsOf(report)).toEqual([]);
    expect(report.level).toBe("signed");
    const selection = selectionOf(report);
    expect([selection?.state, selection?.checked]).toEqual(["passed", sealedTo]);
    expect(selection?.says).toMatch(
      /^Of the entries 0 to 1199, the file holds exactly those that the search index, as it was committed to the log when it was sealed, has for .*\. The entries 1200 to \d+ are not proven so: whether others of them match, this file can't show\.$/,
    );
    // Nothing else is claimed: what is not sealed may hold others.
    expect(report.checks.find(({ name }) => name === "complete")?.state).toBe("not-checked");
  });

  test.each([[{ actor: "rare@example.com" }], [{ action: "identity." }], [{ q: "idn_12" }]])(
    "for %j fails without one of its entries, though all else of it verifies",
    async (query) => {
      for (const left of [0, 3]) {
        const report = await verify(
          await exported(query, { without: (_seq, place) => place === left }),
        );
        expect([report.level, problemsOf(report)]).toEqual([
          "failed",
          [
            expect.stringMatching(
              /^selection: Entry \d+ matches the filter according to the search index, but is not in the file\.$/,
            ),
          ],
        ]);
      }
    },
  );

  test.each(indexLies)("fails if %s", async (_what, index, problem) => {
    const report = await verify(await exported(liedAbout, { index }));
    expect(report.level).toBe("failed");
    expect(problemsOf(report)).toEqual([expect.stringMatching(problem)]);
  });

  test("claims no more entries than those whose segments follow one another from the first", async () => {
    const report = await verify(
      await exported(
        { actor: "rare@example.com" },
        { index: ([first, , ...more]) => [first!, ...more] },
      ),
    );
    expect(selectionOf(report)).toMatchObject({ state: "passed", checked: 800 });
    const none = await verify(await exported({ actor: "rare@example.com" }, { index: () => [] }));
    expect(selectionOf(none)).toMatchObject({ state: "not-checked" });
  });

  test("fails if its header states another filter than the one that its entries have", async () => {
    const file = (await exported({ actor: "rare@example.com" })).toString("utf8");
    const other = file
      .replace('"filter":"actor=rare@example.com"', '"filter":"actor=bulk@example.com"')
      .replace('"query":{"actor":"rare@example.com"}', '"query":{"actor":"bulk@example.com"}');
    expect(problemsOf(await verify(Buffer.from(other)))[0]).toMatch(/^selection: /);
    const label = file.replace(
      '"filter":"actor=rare@example.com"',
      '"filter":"actor=bulk@example.com"',
    );
    expect(problemsOf(await verify(Buffer.from(label)))).toEqual([
      "selection: The header states one filter as text and another as a query.",
    ]);
  });
});
