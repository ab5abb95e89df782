import { beforeAll, describe, expect, test } from "vitest";
import { canonicalJson } from "@/lib/log/pure/canonical";
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
      ["age", "not-checked", 0],
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
    expect(saysOf(report, "complete")).toMatchObject({
      state: "not-checked",
      says: expect.stringMatching(/^The file holds 6 of 40 entries of the checkpoint/),
    });
    expect([saysOf(report, "gaps").state, saysOf(report, "order").says]).toEqual([
      "not-checked",
      "Entries 3 to 38, ascending, no duplicates; 34 filtered out, with their hashes.",
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
      says: expect.stringMatching(/Export everything/) as string,
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
        details: { source: "host/gateway", boot: "QUJDREVGR0hJ", settled, voided, ended: false },
        src: { id: "host/console", boot: "QUJDREVGR0hJ", seq: 1 },
      });
    const numbered = (at: number, seq: number) =>
      makeRecord(at, { src: { id: "host/gateway", boot: "QUJDREVGR0hJ", seq } });
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
      problems: ["3 entries of host/gateway (run QUJDREVGR0hJ) missing: 3,5-6."],
    });
    expect(await missing(numbered(0, 1), numbered(1, 1))).toMatchObject({
      state: "failed",
      problems: [expect.stringMatching(/^Entry 1 has number 1/) as string],
    });
  });

  test("a gap does not take away what the rest reaches", async () => {
    const beat = makeRecord(0, {
      action: "source.heartbeat",
      details: {
        source: "host/gateway",
        boot: "QUJDREVGR0hJ",
        settled: 9,
        voided: "",
        ended: false,
      },
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

  test("a verifier's key or witness policy that can't be parsed", async () => {
    await expect(verify(lines, { vkey: "nonsense" })).rejects.toMatchObject({ code: "note.vkey" });
    await expect(verify(lines, { policy: "nonsense" })).rejects.toMatchObject({
      code: "policy.line",
    });
    await expect(verify(lines, { since: "nonsense" })).rejects.toMatchObject({ code: "note.form" });
  });

  test("line endings that something changed on the way are named", async () => {
    const report = await verify(fileOf(lines).replaceAll("\n", "\r\n"));
    expect(saysOf(report, "format").problems[0]).toMatch(/line ending was changed/);
  });
});

test("problems without end are counted and the first of them told", async () => {
  const many = await makeLog(
    Array.from({ length: 500 }, (_none, at) => makeRecord(at)),
    { key },
  );
  const file = (await exportLines(many)).map((line) => line.replace("may be lost", "was lost"));
  const leaf = saysOf(await verify(file), "leaf");
  expect([leaf.problemCount, leaf.problems.length]).toEqual([500, 20]);
});
