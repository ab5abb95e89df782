import { beforeAll, describe, expect, test } from "vitest";
import { csvHeader, csvRow } from "@/lib/log/export/csv";
import { cefLine } from "@/lib/log/export/cef";
import { ocsfLine } from "@/lib/log/export/ocsf";
import type { ExportedEntry } from "@/lib/log/export/types";
import type { EntryRecord } from "@/lib/log/types";
import type { RecordFormat } from "./read-records";
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

const size = 30;
const total = 33;
let key: TestKey;
let log: TestLog;
let companion: string;
let filteredCompanion: string;
const isKept = (at: number): boolean => at % 4 === 1;
beforeAll(async () => {
  key = await makeKey("log.example.com/log/0000abcd");
  const odd: Readonly<Record<number, string>> = {
    5: `=1+1 "quoted", with, commas`,
    6: "two\r\nlines",
    7: "a|b=c\\d\\n",
    8: " rawEvent=fake cn1=7",
    9: "'",
    13: "",
    14: `${'a"b\\\\=|\n'.repeat(4_000)}`,
  };
  log = await makeLog(
    Array.from({ length: total }, (_none, at) =>
      makeRecord(at, {
        reason: odd[at] ?? null,
        target:
          at === 11
            ? null
            : { kind: "certificate", id: `crt_${at}`, label: odd[at] ?? `host-${at}.example.com` },
      }),
    ),
    { key, size },
  );
  companion = fileOf(await exportLines(log, { kind: "proof" }));
  filteredCompanion = fileOf(
    await exportLines(log, { kind: "proof", keep: isKept, filter: "x=y" }),
  );
});

const exported = (at: number): ExportedEntry => ({
  seq: at,
  leafHash: Buffer.from(log.leaves[at]!).toString("hex"),
  log: key.name,
  checkpoint: at < size ? size : null,
  record: JSON.parse(log.entries[at]!) as EntryRecord,
  text: log.entries[at]!,
});
const write = { csv: csvRow, ocsf: ocsfLine, cef: cefLine };
const rowsOf = (format: RecordFormat, keep: (at: number) => boolean = () => true): string[] =>
  [...log.entries.keys()].filter(keep).map((at) => write[format](exported(at)));
const verify = (
  format: RecordFormat,
  rows: readonly string[],
  options: VerifyExportOptions = {},
  bytes = 900,
): Promise<VerifyReport> =>
  verifyExport(piecesOf(`${format === "csv" ? csvHeader : ""}${rows.join("")}`, bytes), options);
const withProof = (
  format: RecordFormat,
  rows: readonly string[],
  file = companion,
): Promise<VerifyReport> => verify(format, rows, { proof: piecesOf(file, 700), vkey: key.vkey });
const failedOf = ({ checks }: VerifyReport): CheckName[] =>
  checks.filter(({ state }) => state === "failed").map(({ name }) => name);
const problemsOf = (report: VerifyReport): string[] =>
  report.checks.flatMap(({ problems }) => problems);

describe.each([["csv"], ["ocsf"], ["cef"]] as const)("an export as %s", (format) => {
  test("verifies with its companion as JSON Lines do", async () => {
    const report = await withProof(format, rowsOf(format));
    expect(problemsOf(report)).toEqual([]);
    expect(report).toMatchObject({
      level: "signed",
      size,
      entries: total,
      unsealed: 3,
      first: 0,
      last: 32,
      keyPinned: true,
      log: key.name,
    });
  });

  test("of a filter verifies with the companion of that filter", async () => {
    const report = await withProof(format, rowsOf(format, isKept), filteredCompanion);
    expect([problemsOf(report), report.level, report.entries]).toEqual([[], "signed", 8]);
  });

  test("alone says that it is not proven, and still looks at hashes, order and what is shown", async () => {
    const report = await verify(format, rowsOf(format), {}, 13);
    expect(problemsOf(report)).toEqual([]);
    expect(report).toMatchObject({ level: "unsealed", entries: total, log: key.name });
    expect(
      report.checks.filter(({ state }) => state === "not-checked").map(({ name }) => name),
    ).toEqual(["tree", "signature", "witnesses", "gaps", "since", "complete", "age"]);
    expect(
      failedOf(
        await verify(
          format,
          rowsOf(format).with(3, rowsOf(format)[3]!.replaceAll("may be lost", "was lost")),
        ),
      ),
    ).toContain("leaf");
    expect(
      failedOf(await verify(format, rowsOf(format).toSpliced(3, 0, rowsOf(format)[9]!))),
    ).toContain("order");
  });

  test("with a changed entry fails", async () => {
    const rows = rowsOf(format);
    expect(
      failedOf(
        await withProof(format, rows.with(12, rows[12]!.replaceAll("key 12 may", "key 13 may"))),
      ),
    ).toContain("leaf");
  });
  const shown = {
    csv: [
      [`"operator@`, `"auditor@`],
      [`"host-12.`, `"host-99.`],
      [`"192.0.2.7"`, `"192.0.2.8"`],
      [`"success"`, `"denied"`],
    ],
    ocsf: [
      [`"name":"operator@`, `"name":"auditor@`],
      [`"name":"host-12.`, `"name":"host-99.`],
      [`"ip":"192.0.2.7"`, `"ip":"192.0.2.8"`],
      [`"status_id":1`, `"status_id":2`],
    ],
    cef: [
      ["suser=operator@", "suser=auditor@"],
      ["cs4=host-12.", "cs4=host-99."],
      ["src=192.0.2.7", "src=192.0.2.8"],
      ["outcome=success", "outcome=denied"],
    ],
  } as const;
  test.each([0, 1, 2, 3])(
    "that shows something else than the entry says fails: who, what, from where, with which outcome (%d)",
    async (at) => {
      const rows = rowsOf(format);
      const [said, other] = shown[format][at]!;
      const report = await withProof(format, rows.with(12, rows[12]!.replace(said, other)));
      expect([failedOf(report), problemsOf(report)[0]]).toEqual([
        ["format"],
        "The fields of the record of entry 12 do not match the entry.",
      ]);
    },
  );

  test("with an entry deleted, doubled, swapped or exchanged fails", async () => {
    const rows = rowsOf(format);
    expect(failedOf(await withProof(format, rows.toSpliced(12, 1)))).toEqual(["complete"]);
    expect(failedOf(await withProof(format, rows.toSpliced(12, 0, rows[12]!)))).toContain("order");
    expect(
      failedOf(await withProof(format, rows.with(12, rows[13]!).with(13, rows[12]!))).length,
    ).toBeGreaterThan(0);
    expect(failedOf(await withProof(format, rows.with(12, rows[14]!))).length).toBeGreaterThan(0);
    expect(failedOf(await withProof(format, rows.slice(0, 20)))).toEqual(["complete"]);
    expect(failedOf(await withProof(format, []))).toEqual(["complete"]);
  });

  test("with an entry forged along with its hash fails against the companion", async () => {
    const rows = rowsOf(format);
    const text = makeRecord(12, { outcome: "denied" });
    const forged = await makeLog([text], { key });
    const report = await withProof(
      format,
      rows.with(
        12,
        write[format]({
          ...exported(12),
          text,
          record: JSON.parse(text) as EntryRecord,
          leafHash: Buffer.from(forged.leaves[0]!).toString("hex"),
        }),
      ),
    );
    expect([failedOf(report), report.level]).toEqual([["tree"], "failed"]);
  });

  test("with a row that is none says which", async () => {
    const report = await withProof(format, rowsOf(format).toSpliced(4, 0, "rubbish\r\n"));
    expect(problemsOf(report)[0]).toMatch(/^Record 5 is malformed/);
    expect(failedOf(report)).toEqual(["format"]);
  });

  test("with the frame of another log fails", async () => {
    const rows = rowsOf(format)
      .with(2, write[format]({ ...exported(2), log: "other.example.com/log/1" }))
      .with(3, write[format]({ ...exported(3), checkpoint: 31 }));
    expect((await withProof(format, rows)).checks[0]).toMatchObject({
      name: "format",
      state: "failed",
      problemCount: 2,
    });
  });

  test("a companion file of another checkpoint is reported once, with how to get the right one", async () => {
    const report = await withProof(
      format,
      [...log.entries.keys()]
        .filter((at) => at < size)
        .map((at) => write[format]({ ...exported(at), checkpoint: 29 })),
    );
    expect(failedOf(report)).toEqual(["format"]);
    expect(problemsOf(report)).toEqual([
      expect.stringMatching(
        /^From entry 0 on, .*checkpoint 29, but the companion states .* and 30\. .*\(format=proof&checkpoint=29\)\.$/,
      ),
    ]);
  });

  test("with a companion that was tampered with fails", async () => {
    expect(
      failedOf(
        await withProof(
          format,
          rowsOf(format),
          companion.replace(/"leafHash":"./, `"leafHash":"f`),
        ),
      ),
    ).toContain("tree");
    expect(
      failedOf(
        await withProof(format, rowsOf(format), companion.split("\n").slice(0, -3).join("\n")),
      ),
    ).toContain("complete");
    await expect(withProof(format, rowsOf(format), "hello\n")).rejects.toMatchObject({
      code: "verify.not-an-export",
    });
  });
});

test.each([
  ["ocsf", `"message":"`],
  ["cef", "|1|certificate.held|"],
] as const)(
  "a sentence of %s that another version would word otherwise is no failure, and is said",
  async (format, before) => {
    const rows = rowsOf(format);
    const report = await withProof(
      format,
      rows.with(12, rows[12]!.replace(before, `${before}Once upon a time `)),
    );
    expect(failedOf(report)).toEqual([]);
    expect(report.checks[0]!.says).toMatch(/words the sentences of 1 differently/);
  },
);
