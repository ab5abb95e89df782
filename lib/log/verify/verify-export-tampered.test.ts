import { beforeAll, describe, expect, test } from "vitest";
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
let otherKey: TestKey;
let witness: TestKey;
let log: TestLog;
let lines: readonly string[];
let filtered: readonly string[];
beforeAll(async () => {
  [key, otherKey, witness] = await Promise.all([
    makeKey("log.example.com/log/0000abcd"),
    makeKey("log.example.com/log/0000abcd"),
    makeKey("witness.example.com", 4),
  ]);
  log = await makeLog(
    Array.from({ length: size }, (_none, at) => makeRecord(at)),
    { key, cosigners: [witness] },
  );
  lines = await exportLines(log);
  filtered = await exportLines(log, {
    keep: (at) => at % 7 === 3,
    filter: "action=certificate.held",
  });
});

const verify = (
  from: readonly string[] | string | Uint8Array,
  options: VerifyExportOptions = {},
  bytes?: number,
): Promise<VerifyReport> =>
  verifyExport(
    piecesOf(Array.isArray(from) ? fileOf(from as string[]) : (from as string), bytes),
    options,
  );
const failedOf = ({ checks }: VerifyReport): CheckName[] =>
  checks.filter(({ state }) => state === "failed").map(({ name }) => name);
const saysOf = (report: VerifyReport, name: CheckName) =>
  report.checks.find((check) => check.name === name)!;
/** Entry `at` is in line at + 1, after the header. */
const entryLine = (at: number): number => at + 1;
const policyOf = () => `log ${key.vkey}\nwitness W ${witness.vkey}\nquorum W\n`;

describe("tampering is caught, by the check that is named for it:", () => {
  const change = (at: number, edit: (line: string) => string): string[] =>
    lines.map((line, index) => (index === at ? edit(line) : line));
  const without = (at: number): string[] => lines.filter((_line, index) => index !== at);

  test("any one byte of an entry", async () => {
    const line = lines[entryLine(9)]!;
    const from = line.indexOf(`"entry":`) + 8;
    for (let at = from; at < line.length - 1; at += 11) {
      const file = Buffer.from(fileOf(lines));
      const place =
        Buffer.byteLength(fileOf(lines.slice(0, entryLine(9)))) +
        Buffer.byteLength(line.slice(0, at));
      file[place] = file[place]! ^ 1;
      const report = await verify(file);
      expect(report.level).toBe("failed");
      expect(failedOf(report)).toContain("leaf");
      expect(saysOf(report, "leaf").problems[0]).toMatch(/^Entry 9 was changed/);
    }
  });

  test("any one byte of any line behind the header", async () => {
    const file = Buffer.from(fileOf(filtered));
    const from = file.indexOf(10) + 1;
    for (let at = from; at < file.length; at += 13) {
      const changed = Buffer.from(file);
      changed[at] = changed[at]! ^ 4;
      expect([at, (await verify(changed)).level]).toEqual([at, "failed"]);
    }
  });

  test("an entry and its hash, changed together", async () => {
    const forged = await makeLog(
      log.entries.map((entry, at) => (at === 9 ? makeRecord(9, { outcome: "denied" }) : entry)),
      { key },
    );
    const report = await verify(
      change(
        entryLine(9),
        () =>
          `{"seq":9,"leafHash":"${Buffer.from(forged.leaves[9]!).toString("hex")}","log":"${key.name}","checkpoint":${size},"entry":${forged.entries[9]}}`,
      ),
    );
    expect(failedOf(report)).toEqual(["tree"]);
  });

  test("an entry deleted", async () => {
    const report = await verify(without(entryLine(9)));
    expect([failedOf(report), report.level]).toEqual([["order", "complete"], "failed"]);
    expect(saysOf(report, "order").problems).toEqual(["Entry 9 is missing before 10."]);
  });

  test("an entry deleted and the counts made to fit", async () => {
    const fewer = without(entryLine(9)).map((line) =>
      line
        .replace(`"count":${size}`, `"count":${size - 1}`)
        .replace(`"entries":${size}`, `"entries":${size - 1}`),
    );
    expect(failedOf(await verify(fewer))).toEqual(["order"]);
  });

  test("two entries swapped", async () => {
    const swapped = lines
      .with(entryLine(9), lines[entryLine(10)]!)
      .with(entryLine(10), lines[entryLine(9)]!);
    expect(saysOf(await verify(swapped), "order").problems).toEqual([
      "Entry 9 is missing before 10.",
      "Entry 9 comes after entry 10: it is a duplicate, out of order or inserted.",
    ]);
  });

  test("two entries swapped with their numbers", async () => {
    const numbered = (at: number, as: number) =>
      lines[entryLine(at)]!.replace(`"seq":${at},`, `"seq":${as},`);
    expect(
      failedOf(
        await verify(
          lines.with(entryLine(9), numbered(10, 9)).with(entryLine(10), numbered(9, 10)),
        ),
      ),
    ).toEqual(["tree"]);
  });

  test("an entry inserted, a line doubled", async () => {
    for (const extra of [
      lines[entryLine(9)]!,
      lines[entryLine(9)]!.replace(`"comment":"key 9`, `"comment":"key 8`),
    ]) {
      expect(failedOf(await verify(lines.toSpliced(entryLine(20), 0, extra)))).toContain("order");
    }
    expect(failedOf(await verify(lines.toSpliced(entryLine(9), 0, lines[entryLine(9)]!)))).toEqual([
      "order",
      "gaps",
      "complete",
    ]);
  });

  test("an entry appended behind the checkpoint as if it were under it", async () => {
    const more = `{"seq":${size},"leafHash":"${"0".repeat(64)}","log":"${key.name}","checkpoint":${size},"entry":${makeRecord(size)}}`;
    expect(failedOf(await verify(lines.toSpliced(-1, 0, more)))).toEqual([
      "format",
      "leaf",
      "complete",
    ]);
  });

  test("the tail cut off, in every way", async () => {
    const file = fileOf(lines);
    for (const cut of [
      file.slice(0, -1),
      file.slice(0, file.lastIndexOf("{")),
      file.slice(0, file.length / 2),
      fileOf(lines.slice(0, 20)),
      fileOf(lines.slice(0, 1)),
    ]) {
      const report = await verify(cut);
      expect([failedOf(report), report.level]).toEqual([["complete"], "failed"]);
    }
  });

  test("the tail cut off and the counts made to fit", async () => {
    const cut = [...lines.slice(0, 30), `{"end":{"count":29,"entries":29}}`].map((line) =>
      line.replace(`"count":${size}`, `"count":29`),
    );
    expect(failedOf(await verify(cut))).toEqual(["complete"]);
  });

  test("a skipped hash, its range, or more than it leaves out", async () => {
    const at = filtered.findIndex((line) => line.startsWith(`{"skip"`));
    const line = filtered[at]!;
    const read = JSON.parse(line) as { skip: number[]; hashes: string[] };
    expect(
      failedOf(
        await verify(
          filtered.with(
            at,
            JSON.stringify({
              ...read,
              hashes: [Buffer.alloc(32).toString("base64"), ...read.hashes.slice(1)],
            }),
          ),
        ),
      ),
    ).toEqual(["tree"]);
    expect(
      failedOf(
        await verify(filtered.with(at, JSON.stringify({ ...read, hashes: read.hashes.slice(1) }))),
      ),
    ).toEqual(["tree"]);
    expect(
      failedOf(await verify(filtered.with(at, JSON.stringify({ ...read, skip: [0, 4] })))),
    ).toContain("order");
    expect(
      failedOf(await verify(filtered.with(at, JSON.stringify({ ...read, skip: [0, 1000] })))),
    ).toContain("order");
    expect(failedOf(await verify(filtered.toSpliced(at, 1)))).toContain("order");
    expect(failedOf(await verify(filtered.toSpliced(at, 0, line)))).toContain("order");
  });

  test("an entry hidden behind a skip with the right hash: the count tells", async () => {
    const hidden = lines.with(
      entryLine(9),
      JSON.stringify({ skip: [9, 10], hashes: [Buffer.from(log.leaves[9]!).toString("base64")] }),
    );
    expect(failedOf(await verify(hidden))).toEqual(["complete"]);
  });

  test.each([
    ["its log", (line: string) => line.replaceAll("0000abcd", "0000abce"), ["format", "signature"]],
    ["its count", (line: string) => line.replace(`"count":40`, `"count":41`), ["complete"]],
  ] as const)("the header: %s", async (_what, edit, failed) => {
    const report = await verify([edit(lines[0]!), ...lines.slice(1)]).catch(
      (error: unknown) => error as Error,
    );
    expect(report instanceof Error ? report : failedOf(report)).toEqual(failed);
  });

  test.each([
    ["a size that its checkpoint has not", `"size":40`, `"size":41`],
    ["another version", `"v":1`, `"v":2`],
    ["another order", `"asc"`, `"desc"`],
    ["no checkpoint", `"checkpoint":"log`, `"checkpoint":"lag`],
  ])("a header with %s is none", async (_what, from, to) => {
    await expect(verify([lines[0]!.replace(from, to), ...lines.slice(1)])).rejects.toMatchObject({
      code: "verify.not-an-export",
    });
  });

  test("a root in the checkpoint that was not signed", async () => {
    const root = Buffer.from(log.rootAt(size)).toString("base64");
    const other = Buffer.from(log.rootAt(size - 1)).toString("base64");
    expect(failedOf(await verify([lines[0]!.replace(root, other), ...lines.slice(1)]))).toEqual([
      "tree",
      "signature",
    ]);
  });

  test("a complete rewrite signed again with the log's own key is caught only with an earlier checkpoint", async () => {
    const rewritten = await makeLog(
      log.entries.map((entry, at) => (at === 9 ? makeRecord(9, { outcome: "denied" }) : entry)),
      { key },
    );
    const file = await exportLines(rewritten);
    expect((await verify(file, { vkey: key.vkey })).level).toBe("signed");
    const report = await verify(file, { vkey: key.vkey, since: await log.noteAt(20) });
    expect([failedOf(report), report.level]).toEqual([["since"], "failed"]);
    expect(saysOf(report, "since").problems[0]).toMatch(/rewritten/);
    expect((await verify(file, { policy: policyOf() })).level).toBe("signed");
    expect(failedOf(await verify(file, { policy: policyOf() }))).toEqual(["witnesses"]);
  });

  test("everything rewritten and signed with a key of the same name", async () => {
    const file = await exportLines(await makeLog(log.entries, { key: otherKey }));
    expect((await verify(file)).keyPinned).toBe(false);
    for (const trust of [{ vkey: key.vkey }, { policy: policyOf() }])
      expect(failedOf(await verify(file, trust))).toEqual(["signature"]);
    expect(
      failedOf(
        await verify([file[0]!.replace(otherKey.vkey, key.vkey), ...file.slice(1)], {
          vkey: key.vkey,
        }),
      ),
    ).toEqual(["signature"]);
  });

  test("an older checkpoint that another key signed", async () => {
    expect(failedOf(await verify(lines, { since: await log.noteAt(20, otherKey) }))).toEqual([
      "since",
    ]);
  });

  test("a cosignature that does not hold spoils the checkpoint", async () => {
    const forged = await makeLog(log.entries, {
      key,
      cosigners: [await makeKey("witness.example.com", 4)],
    });
    const file = await exportLines(forged);
    const note = forged.note.replace(
      /(\u2014 witness\.example\.com )\S{6}/,
      `$1${log.note.split("witness.example.com ")[1]!.slice(0, 6)}`,
    );
    const report = await verify(
      [file[0]!.replace(JSON.stringify(forged.note), JSON.stringify(note)), ...file.slice(1)],
      { policy: policyOf() },
    );
    expect(report.level).not.toBe("witnessed");
    expect(failedOf(report).length).toBeGreaterThan(0);
  });
});
