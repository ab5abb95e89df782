import { beforeAll, describe, expect, test } from "vitest";
import { canonicalJson } from "../canonical";
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
} from "./testdata/make-export";
import { verifyExport, type VerifyExportOptions } from "./verify-export";

const size = 40;
let key: TestKey,
  otherKey: TestKey,
  witness: TestKey,
  log: TestLog,
  lines: readonly string[],
  filtered: readonly string[];
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
/** Entry `at` stands in line at + 1, behind the header. */
const entryLine = (at: number): number => at + 1;
const policyOf = () => `log ${key.vkey}\nwitness W ${witness.vkey}\nquorum W\n`;

describe("a healthy export", () => {
  test("verifies up to its level, and says what was checked, against which key, up to which entry", async () => {
    const report = await verify(lines, { vkey: key.vkey });
    expect(report).toMatchObject({
      level: "signed",
      size,
      entries: size,
      unsealed: 0,
      first: 0,
      last: size - 1,
      log: key.name,
      vkey: key.vkey,
      keyPinned: true,
      filter: "",
    });
    expect(failedOf(report)).toEqual([]);
    expect(report.checks.map(({ name, state, checked }) => [name, state, checked])).toEqual([
      ["format", "passed", 42],
      ["order", "passed", 40],
      ["leaf", "passed", 40],
      ["tree", "passed", 40],
      ["signature", "passed", 1],
      ["witnesses", "not-checked", 0],
      ["gaps", "passed", 1],
      ["since", "not-checked", 0],
      ["complete", "passed", 40],
    ]);
    expect(report.checks.every(({ says }) => says.length > 20)).toBe(true);
  });

  test.each([[1], [2], [7], [63], [64], [1_000], [1_000_000]])(
    "verifies however it is cut into pieces: %d bytes each",
    async (bytes) => {
      expect((await verify(filtered, {}, bytes)).level).toBe("signed");
    },
  );

  test("is witnessed when the policy's witnesses cosigned, and the policy's log is the key", async () => {
    expect(await verify(lines, { policy: policyOf() })).toMatchObject({
      level: "witnessed",
      keyPinned: true,
      cosignedBy: [{ name: "W", at: "2026-11-18T11:06:40.000Z" }],
    });
  });

  test("of a filter folds to the same root, with nothing but hashes for the rest", async () => {
    const report = await verify(filtered, { vkey: key.vkey });
    expect([report.level, report.entries, report.size, failedOf(report)]).toEqual([
      "signed",
      6,
      size,
      [],
    ]);
    expect([saysOf(report, "gaps").state, saysOf(report, "order").says]).toEqual([
      "not-checked",
      "Numbers 3 to 38, ascending, none twice; 34 others stand as hashes.",
    ]);
  });

  test("that holds nothing of what it could verifies too: the filter matched nothing", async () => {
    expect(
      await verify(await exportLines(log, { keep: () => false, filter: "action=none" })),
    ).toMatchObject({ level: "signed", entries: 0, size });
  });

  test("with entries that are not under the checkpoint yet says how many", async () => {
    const young = await makeLog(log.entries, { key, size: 37 });
    expect(await verify(await exportLines(young))).toMatchObject({
      level: "signed",
      size: 37,
      entries: 40,
      unsealed: 3,
    });
  });

  test("goes on from an older checkpoint", async () => {
    for (const older of [0, 1, 16, 37, size])
      expect(
        saysOf(await verify(lines, { since: await log.noteAt(older) }), "since"),
      ).toMatchObject({ state: "passed", checked: 1 });
  });

  test("of a filter is compared with an older checkpoint where that falls on its way", async () => {
    expect(saysOf(await verify(filtered, { since: await log.noteAt(11) }), "since").state).toBe(
      "passed",
    );
    expect(saysOf(await verify(filtered, { since: await log.noteAt(9) }), "since")).toMatchObject({
      state: "not-checked",
      says: expect.stringMatching(/export everything/) as string,
    });
  });

  test("whose texts hold escapes, quotes, newlines and characters beyond ASCII", async () => {
    const odd = await makeLog(
      [
        makeRecord(0, { reason: '"\\\n\t\u0001é\u{1f600}\u2028' }),
        makeRecord(1, { details: { é: 1.5, "\u{1f600}": 1e300, "}": '"entry":{}' } }),
      ],
      { key },
    );
    expect(await verify(await exportLines(odd))).toMatchObject({ level: "signed", entries: 2 });
  });
});

describe("tampering is caught, by the check that is named for it:", () => {
  const change = (at: number, edit: (line: string) => string): string[] =>
    lines.map((line, index) => (index === at ? edit(line) : line));
  const without = (at: number): string[] => lines.filter((_line, index) => index !== at);

  test("any one byte of an entry", async () => {
    const line = lines[entryLine(9)]!,
      from = line.indexOf(`"entry":`) + 8;
    for (let at = from; at < line.length - 1; at += 11) {
      const file = Buffer.from(fileOf(lines)),
        place =
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
    const file = Buffer.from(fileOf(filtered)),
      from = file.indexOf(10) + 1;
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
      "Entry 9 comes after entry 10: doubled, swapped or inserted.",
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
    const at = filtered.findIndex((line) => line.startsWith(`{"skip"`)),
      line = filtered[at]!,
      read = JSON.parse(line) as { skip: number[]; hashes: string[] };
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
    const root = Buffer.from(log.rootAt(size)).toString("base64"),
      other = Buffer.from(log.rootAt(size - 1)).toString("base64");
    expect(failedOf(await verify([lines[0]!.replace(root, other), ...lines.slice(1)]))).toEqual([
      "tree",
      "signature",
    ]);
  });

  test("everything rewritten and signed anew with the log's own key: only who remembers sees it", async () => {
    const rewritten = await makeLog(
        log.entries.map((entry, at) => (at === 9 ? makeRecord(9, { outcome: "denied" }) : entry)),
        { key },
      ),
      file = await exportLines(rewritten);
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

  test("an older checkpoint that somebody else signed", async () => {
    expect(failedOf(await verify(lines, { since: await log.noteAt(20, otherKey) }))).toEqual([
      "since",
    ]);
  });

  test("a cosignature that does not hold spoils the checkpoint", async () => {
    const forged = await makeLog(log.entries, {
        key,
        cosigners: [await makeKey("witness.example.com", 4)],
      }),
      file = await exportLines(forged);
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

describe("what the log itself should never have held is named:", () => {
  const logOf = async (...entries: string[]) => exportLines(await makeLog(entries, { key }));

  test.each([
    ["a space", ` ${makeRecord(0)}`.replace(` {`, `{ `)],
    [
      "members out of order",
      makeRecord(0)
        .replace(`"action":"certificate.held",`, "")
        .replace(`,"v":1}`, `,"v":1,"action":"certificate.held"}`),
    ],
    [
      "an escape that is not needed",
      makeRecord(0).replace("certificate.held", "certificate\\u002eheld"),
    ],
    [
      "a member twice",
      makeRecord(0).replace(`"decision":null,`, `"decision":null,"decision":null,`),
    ],
    ["a number in another form", makeRecord(0).replace(`"port":50123`, `"port":5.0123e4`)],
    ["another version", makeRecord(0, { v: 2 })],
    ["no action", canonicalJson({ a: 1, v: 1 })],
  ])("an entry with %s", async (_what, entry) => {
    expect(failedOf(await verify(await logOf(entry)))).toEqual(["format"]);
  });

  test("a number of a source that never came, once a heartbeat settled it", async () => {
    const beat = (at: number, settled: number, voided: string) =>
      makeRecord(at, {
        action: "source.heartbeat",
        details: { source: "host/door", boot: "QUJDREVGR0hJ", settled, voided, ended: false },
        src: { id: "host/console", boot: "QUJDREVGR0hJ", seq: 1 },
      });
    const numbered = (at: number, seq: number) =>
      makeRecord(at, { src: { id: "host/door", boot: "QUJDREVGR0hJ", seq } });
    const missing = async (...entries: string[]) =>
      saysOf(await verify(await logOf(...entries)), "gaps");
    expect(await missing(numbered(0, 1), numbered(1, 4))).toMatchObject({ state: "passed" });
    expect(await missing(numbered(0, 1), numbered(1, 4), beat(2, 4, "2-3"))).toMatchObject({
      state: "passed",
    });
    expect(
      await missing(numbered(0, 4), numbered(1, 1), numbered(2, 2), numbered(3, 3), beat(4, 4, "")),
    ).toMatchObject({ state: "passed" });
    expect(await missing(numbered(0, 1), numbered(1, 4), beat(2, 6, "2"))).toMatchObject({
      state: "failed",
      problems: ["3 entries of host/door (run QUJDREVGR0hJ) never arrived: 3,5-6."],
    });
    expect(await missing(numbered(0, 1), numbered(1, 1))).toMatchObject({
      state: "failed",
      problems: [expect.stringMatching(/^Entry 1 has number 1/) as string],
    });
  });

  test("a gap does not take away what the rest reaches", async () => {
    const beat = makeRecord(0, {
      action: "source.heartbeat",
      details: { source: "host/door", boot: "QUJDREVGR0hJ", settled: 9, voided: "", ended: false },
    });
    expect(await verify(await logOf(beat))).toMatchObject({ level: "signed" });
  });

  test("an opening of this log under another key than the header's", async () => {
    expect(
      failedOf(
        await verify(
          await logOf(
            makeRecord(0, {
              action: "log.opened",
              details: { origin: key.name, vkey: otherKey.vkey },
            }),
          ),
        ),
      ),
    ).toEqual(["signature"]);
    expect(
      failedOf(
        await verify(
          await logOf(
            makeRecord(0, { action: "log.opened", details: { origin: key.name, vkey: key.vkey } }),
          ),
        ),
      ),
    ).toEqual([]);
  });

  test.each([["null"], ["{}"], [`{"source":1}`]])("a heartbeat that says %s", async (details) => {
    expect(
      failedOf(
        await verify(
          await logOf(
            makeRecord(0, { action: "source.heartbeat", details: JSON.parse(details) as null }),
          ),
        ),
      ),
    ).toEqual(["format"]);
  });
});

describe("what is no export is refused in words:", () => {
  test.each([
    ["nothing", ""],
    ["a text", "hello\n"],
    ["JSON", "{}\n"],
    ["a companion alone", `{"proof":{}}\n`],
    ["half a header", `{"export":{"v":1`],
    ["a header of nothing", `{"export":null}\n`],
    ["zeros", "\0\0\0"],
  ])("%s", async (_what, file) => {
    await expect(verify(file)).rejects.toMatchObject({
      code: "verify.not-an-export",
      message: expect.stringMatching(/\w+ \w+/) as string,
    });
  });

  test("a key or a policy of whoever verifies that cannot be read", async () => {
    await expect(verify(lines, { vkey: "nonsense" })).rejects.toMatchObject({ code: "note.vkey" });
    await expect(verify(lines, { policy: "nonsense" })).rejects.toMatchObject({
      code: "policy.line",
    });
    await expect(verify(lines, { since: "nonsense" })).rejects.toMatchObject({ code: "note.form" });
  });

  test("line endings that something changed on the way are named", async () => {
    const report = await verify(fileOf(lines).replaceAll("\n", "\r\n"));
    expect(saysOf(report, "format").problems[0]).toMatch(/line endings/);
  });
});

test("problems without end are counted and the first of them told", async () => {
  const many = await makeLog(
      Array.from({ length: 500 }, (_none, at) => makeRecord(at)),
      { key },
    ),
    file = (await exportLines(many)).map((line) => line.replace("may be lost", "was lost"));
  const leaf = saysOf(await verify(file), "leaf");
  expect([leaf.problemCount, leaf.problems.length]).toEqual([500, 20]);
});
