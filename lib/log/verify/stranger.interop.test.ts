import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { csvHeader, csvRow } from "@/lib/log/export/csv";
import { formatTlogProof } from "@/lib/log/pure/tlog-proof";
import { buildInclusionProof } from "@/lib/log/tree/build-proofs";
import type { EntryRecord } from "@/lib/log/types";
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

const canRun = (python: string): boolean => {
  try {
    execFileSync(python, ["-c", "import cryptography.hazmat.primitives.asymmetric.ed25519"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
};
const python = ["python3", "/usr/bin/python3"].find(canRun) ?? null;
const verifier = join(import.meta.dirname, "../../../testing/log/verify/verifier.py");
const size = 300;
const total = 303;

type Verdict = Readonly<{ level: string; entries?: number; problems: readonly string[] }>;
let folder: string;
let key: TestKey;
let log: TestLog;
let whole: string[];
let filtered: string[];
let policy: string;
let files = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "chancery-stranger-"));
  const witness = await makeKey("witness.example.com", 4);
  key = await makeKey("log.example.com/log/0000abcd");
  log = await makeLog(
    Array.from({ length: total }, (_none, at) => entryAt(at)),
    { key, size, cosigners: [witness] },
  );
  [whole, filtered] = await Promise.all([
    exportLines(log),
    exportLines(log, { keep: (at) => at % 13 === 5 || at > 290, filter: "x=y" }),
  ]);
  policy = `log ${key.vkey}\nwitness W ${witness.vkey}\ngroup all-of-them all W\nquorum all-of-them\n`;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Entries with whatever canonical JSON can hold. */
function entryAt(at: number): string {
  if (at === 7)
    return makeRecord(at, { reason: '"\\\b\f\n\r\t\u0001\u007fé\u2028\u{1f600}\ufffd' });
  if (at === 8)
    return makeRecord(at, {
      details: {
        numbers: [
          0, -1, 1.5, 1e21, 1e-7, 1.25e-9, 123456789012345680000, 5e-324, 1.7976931348623157e308,
          0.000001, 4.35, 100, 1e300,
        ],
        é: 1,
        "\u{1f600}": 2,
        "\ufb33": 3,
        "": {},
      },
    });
  if (at === 9)
    return makeRecord(at, {
      action: "source.heartbeat",
      details: {
        source: "host/gateway",
        boot: "QUJDREVGR0hJ",
        settled: 9,
        voided: "",
        ended: false,
      },
    });
  return makeRecord(at);
}

const write = (content: string): string => {
  files += 1;
  const path = join(folder, String(files));
  writeFileSync(path, content);
  return path;
};
const run = (...args: string[]): Promise<Verdict & { code: number }> =>
  new Promise((resolve, reject) => {
    execFile(python!, ["-I", verifier, ...args], { maxBuffer: 1e7 }, (error, stdout, stderr) => {
      if (stdout === "") reject(new Error(stderr));
      else resolve({ ...(JSON.parse(stdout) as Verdict), code: Number(error?.code ?? 0) });
    });
  });
const ours = (file: string, options: VerifyExportOptions = {}) =>
  verifyExport(piecesOf(file), options);

describe.skipIf(python === null)(
  "a verifier that a stranger wrote from docs/log-format.md, in Python",
  () => {
    test("verifies what an export holds, to the level that it reaches", async () => {
      const file = write(fileOf(whole));
      const since = write(await log.noteAt(100));
      const [plain, witnessed] = await Promise.all([
        run(file),
        run(file, "--key", key.vkey, "--policy", write(policy), "--since", since),
      ]);
      expect(plain).toEqual({
        complete: true,
        level: "signed",
        entries: total,
        size,
        unsealed: 3,
        shown: 0,
        problems: [],
        code: 0,
      });
      expect(witnessed).toMatchObject({ level: "witnessed", problems: [] });
      expect(await ours(fileOf(whole), { policy, since: await log.noteAt(100) })).toMatchObject({
        level: "witnessed",
      });
    });

    test("folds what a filter left out", async () => {
      expect(await run(write(fileOf(filtered)), "--key", key.vkey)).toMatchObject({
        complete: false,
        level: "signed",
        size,
        problems: [],
      });
    });

    test("verifies a CSV with its companion, and a proof file", async () => {
      const row = (at: number): string =>
        csvRow({
          seq: at,
          leafHash: Buffer.from(log.leaves[at]!).toString("hex"),
          log: key.name,
          checkpoint: at < size ? size : null,
          record: JSON.parse(log.entries[at]!) as EntryRecord,
          text: log.entries[at]!,
        });
      const csv = csvHeader + log.entries.map((_entry, at) => row(at)).join("");
      const companion = write(fileOf(await exportLines(log, { kind: "proof" })));
      const proof = formatTlogProof({
        extra: Buffer.from(log.entries[123]!),
        index: 123,
        path: await buildInclusionProof(log.read, 123, size),
        checkpoint: log.note,
      });
      const [good, bad, one, other] = await Promise.all([
        run(write(csv), "--proof", companion),
        run(write(csv.replaceAll("key 20 may", "key 21 may")), "--proof", companion),
        run(write(proof), "--key", key.vkey),
        run(write(proof.replace("index 123", "index 122")), "--key", key.vkey),
      ]);
      expect(good).toMatchObject({ level: "signed", problems: [] });
      expect([bad.level, one.level, other.level]).toEqual(["failed", "signed", "failed"]);
    });

    test("and this one reach the same verdict on files that were tampered with", async () => {
      const swap = (lines: readonly string[], at: number): string[] =>
        lines.with(at, lines[at + 1]!).with(at + 1, lines[at]!);
      const skip = filtered.findIndex((line) => line.startsWith(`{"skip"`));
      const rewritten = await exportLines(
        await makeLog(log.entries.with(50, makeRecord(50, { outcome: "denied" })), { key, size }),
      );
      const loose = async (entry: string) =>
        fileOf(await exportLines(await makeLog([entry], { key })));
      const cases: readonly (readonly [what: string, file: string, since?: string])[] = [
        [
          "a byte changed",
          fileOf(whole.map((line, at) => (at === 30 ? line.replace("may be", "nay be") : line))),
        ],
        ["a line deleted", fileOf(whole.toSpliced(30, 1))],
        ["two lines swapped", fileOf(swap(whole, 30))],
        ["a line doubled", fileOf(whole.toSpliced(30, 0, whole[30]!))],
        ["the last line missing", fileOf(whole.slice(0, -1))],
        ["half of it", fileOf(whole).slice(0, 40_000)],
        ["no last newline", fileOf(whole).slice(0, -1)],
        [
          "a hash of a skip changed",
          fileOf(
            filtered.with(
              skip,
              filtered[skip]!.replace(
                /"hashes":\["./,
                (found) => `${found.slice(0, -1)}${found.endsWith("A") ? "B" : "A"}`,
              ),
            ),
          ),
        ],
        ["a skip missing", fileOf(filtered.toSpliced(skip, 1))],
        [
          "a count changed",
          fileOf(whole.with(0, whole[0]!.replace(`"count":${total}`, `"count":${total + 1}`))),
        ],
        [
          "a root changed",
          fileOf(
            whole.with(
              0,
              whole[0]!.replace(
                Buffer.from(log.rootAt(size)).toString("base64"),
                Buffer.from(log.rootAt(1)).toString("base64"),
              ),
            ),
          ),
        ],
        [
          "an unsealed entry said to be sealed",
          fileOf(whole.map((line) => line.replace(`"checkpoint":null`, `"checkpoint":${size}`))),
        ],
        [
          "an entry left out of an export of everything, with the hash and the counts to match",
          fileOf(await exportLines(log, { keep: (at) => at !== 30 })),
        ],
        [
          "the last entries left out of an export of everything",
          fileOf(await exportLines(log, { keep: (at) => at < 280 })),
        ],
        ["a filter taken off its label", fileOf(filtered).replace(`"filter":"x=y"`, `"filter":""`)],
        ["white space", fileOf(whole.map((line) => line.replace(`,"leafHash"`, `, "leafHash"`)))],
        ["carriage returns", fileOf(whole).replaceAll("\n", "\r\n")],
        [
          "members out of order",
          await loose(
            makeRecord(0)
              .replace(`"action":"certificate.held",`, "")
              .replace(`,"v":1}`, `,"v":1,"action":"certificate.held"}`),
          ),
        ],
        ["a needless escape", await loose(makeRecord(0).replace("held", "h\\u0065ld"))],
        [
          "a member twice",
          await loose(makeRecord(0).replace(`"decision":null`, `"decision":null,"decision":null`)),
        ],
        ["another number form", await loose(makeRecord(0).replace("50123", "50123.0"))],
        ["another version", await loose(makeRecord(0, { v: 2 }))],
        ["rewritten and signed again", fileOf(rewritten), await log.noteAt(100)],
      ];
      const verdicts = await Promise.all(
        cases.map(async ([what, file, since]) => {
          const [theirs, mine] = await Promise.all([
            run(write(file), ...(since === undefined ? [] : ["--since", write(since)])),
            ours(file, { since }),
          ]);
          return { what, theirs: theirs.level, mine: mine.level };
        }),
      );
      expect(verdicts).toEqual(cases.map(([what]) => ({ what, theirs: "failed", mine: "failed" })));
    });

    test("sees the numbers of a source that never came", async () => {
      const beat = makeRecord(0, {
        action: "source.heartbeat",
        details: {
          source: "host/gateway",
          boot: "QUJDREVGR0hJ",
          settled: 4,
          voided: "2",
          ended: false,
        },
      });
      const verdict = await run(
        write(
          fileOf(
            await exportLines(
              await makeLog(
                [
                  beat,
                  makeRecord(1, { src: { id: "host/gateway", boot: "QUJDREVGR0hJ", seq: 4 } }),
                ],
                { key },
              ),
            ),
          ),
        ),
      );
      expect(verdict).toMatchObject({
        level: "signed",
        problems: ["gaps: host/gateway (run QUJDREVGR0hJ): [3]"],
        code: 1,
      });
    });

    test("refuses another key than the one that it knows", async () => {
      expect(
        await run(write(fileOf(whole)), "--key", (await makeKey(key.name)).vkey),
      ).toMatchObject({ level: "failed", code: 1 });
    });
  },
);
