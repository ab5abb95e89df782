import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { makeProgress } from "@/cli/verify/progress";
import { formatTlogProof } from "@/lib/log/pure/tlog-proof";
import { buildInclusionProof } from "@/lib/log/tree/build-proofs";
import {
  exportLines,
  fileOf,
  makeKey,
  makeLog,
  makeRecord,
} from "@/testing/log/verify/make-export";
import { UsageError } from "./command";
import { verify } from "./verify";

let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "chancery-verify-"));
  const [key, other, witness] = await Promise.all([
    makeKey("log.example.com/log/0000abcd"),
    makeKey("log.example.com/log/0000abcd"),
    makeKey("witness.example.com", 4),
  ]);
  const entries = Array.from({ length: 20 }, (_none, at) => makeRecord(at)),
    log = await makeLog(entries, { key, cosigners: [witness] }),
    young = await makeLog(entries, { key, size: 15 });
  const lines = await exportLines(log),
    stranger = await makeKey("stranger.example.com", 4);
  const files: Record<string, string | Uint8Array> = {
    good: fileOf(lines),
    young: fileOf(await exportLines(young)),
    changed: fileOf(lines.map((line, at) => (at === 9 ? line.replace("lost", "last") : line))),
    cut: fileOf(lines.slice(0, 12)),
    gzip: gzipSync(fileOf(lines)),
    text: "hello\n",
    filtered: fileOf(await exportLines(log, { keep: (at) => at % 5 === 0, filter: "x=y" })),
    omitting: fileOf(await exportLines(log, { keep: (at) => at !== 7 })),
    key: `${key.vkey}\n`,
    otherKey: other.vkey,
    policy: `log ${key.vkey}\nwitness W ${witness.vkey}\nquorum W\n`,
    stranger: `log ${key.vkey}\nwitness S ${stranger.vkey}\nquorum S\n`,
    since: await log.noteAt(10),
    within: await log.noteAt(9),
    later: await (await makeLog([...entries, makeRecord(20)], { key })).noteAt(21),
    proof: formatTlogProof({
      extra: Buffer.from(entries[3]!),
      index: 3,
      path: await buildInclusionProof(log.read, 3, 20),
      checkpoint: log.note,
    }),
    bare: formatTlogProof({
      index: 3,
      path: await buildInclusionProof(log.read, 3, 20),
      checkpoint: log.note,
    }),
    entry: entries[3]!,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(file(name), content);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

async function run(args: readonly string[]): Promise<Readonly<{ code: number; out: string }>> {
  let out = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const code = await verify.run(
    args.map((arg) => arg.replace(/^@(\w+)$/, (_all, name: string) => file(name))),
  );
  return { code, out };
}

test.each([
  [0, ["@good"]],
  [0, ["@good", "--key", "@key"]],
  [0, ["@gzip", "--policy", "@policy", "--require", "witnessed"]],
  [0, ["@good", "--since", "@since"]],
  [0, ["@filtered", "--partial"]],
  [0, ["@good", "--not-older-than", "99999d"]],
  [0, ["@good", "--select", "q=a%CC%8Angstro%CC%88m&reads=only"]],
  [0, ["@proof", "--key", "@key"]],
  [0, ["@bare", "--key", "@key", "--entry", "@entry"]],
  [1, ["@changed"]],
  [1, ["@cut"]],
  [1, ["@omitting"]],
  [1, ["@omitting", "--partial"]],
  [1, ["@good", "--not-older-than", "1h"]],
  [1, ["@good", "--key", "@otherKey"]],
  [1, ["@bare", "--key", "@key", "--entry", "@key"]],
  [3, ["@filtered"]],
  [3, ["@filtered", "--partial", "--select", "outcome=denied"]],
  [3, ["@young"]],
  [3, ["@good", "--require", "witnessed"]],
  [3, ["@good", "--policy", "@stranger"]],
  [3, ["@filtered", "--partial", "--since", "@within"]],
  [3, ["@good", "--since", "@later"]],
  [3, ["@proof"]],
  [3, ["@bare", "--key", "@key"]],
])("exit code %d for %j", async (expected, args) => {
  expect((await run(args)).code).toBe(expected);
});

test.each([
  [[]],
  [["@good", "@good"]],
  [["@good", "--require", "everything"]],
  [["@good", "--nonsense"]],
  [["@good", "--not-older-than", "soon"]],
  [["@good", "--not-older-than", "0d"]],
  [["/nonexistent/file"]],
  [["@text"]],
  [["@good", "--key", "/nonexistent"]],
  [["@good", "--key", "a+b+c"]],
  [["@good", "--policy", "@text"]],
  [["@good", "--since", "@text"]],
  [["@good", "--key"]],
  [["@good", "--select", "outcome=denied&outcome=success"]],
  [["@good", "--select", "outcome=maybe"]],
  [["@good", "--select", "targt=crt_1"]],
  [["@good", "--select", "from=2026-01-03&to=2026-01-02"]],
  [["@good", "--select", "q=plan b"]],
  [["@good", "--select", "q=--"]],
  [["@good", "--select", `q=${"日".repeat(84)}`]],
])("%j is a usage error with an explanation", async (args) => {
  await expect(run(args)).rejects.toSatisfy(
    (error) => error instanceof UsageError && error.message.length > 20,
  );
});

test("a passed verification names its checks, key, size, root and level", async () => {
  const { out } = await run(["@good", "--key", "@key"]);
  for (const name of [
    "format",
    "order",
    "leaf",
    "tree",
    "signature",
    "witnesses",
    "gaps",
    "since",
    "complete",
    "age",
  ])
    expect(out).toMatch(new RegExp(`^(passed|not checked) +${name} +\\S.{20,}`, "m"));
  expect(out).toMatch(
    /SIGNED: 20 of 20 entries exactly as log\.example\.com\/log\/0000abcd signed, verified with the key that you provided\. Checkpoint of 20 entries, root [0-9a-f]{64}/,
  );
  expect((await run(["@good"])).out).toMatch(
    /the key in the file itself, which you should compare/,
  );
});

test("the last line of a report states that a file has only some of the entries", async () => {
  expect((await run(["@filtered", "--partial"])).out).toMatch(
    /SIGNED: 4 of 20 entries exactly[^]*does not show whether other entries match its filter\. Nothing in it is newer than 2026-11-23T08:15:00\.042Z\.$/m,
  );
});

test("a failed verification names the problem and the entry", async () => {
  const { out } = await run(["@changed"]);
  expect(out).toMatch(
    /FAILED +leaf +1 problem[^]*Entry 8 was changed[^]*FAILED: leaf\. Do not trust this file\./,
  );
});

test("--json prints one object for scripts, --quiet prints nothing", async () => {
  const { out, code } = await run(["@changed", "--json"]);
  const report = JSON.parse(out) as {
    checks: { name: string; state: string; problemCount: number }[];
  };
  expect([report, code]).toMatchObject([
    { level: "failed", entries: 20, required: "signed", exitCode: 1 },
    1,
  ]);
  expect(report.checks.filter(({ state }) => state === "failed")).toMatchObject([
    { name: "leaf", problemCount: 1 },
  ]);
  expect(await run(["@changed", "--quiet"])).toEqual({ code: 1, out: "" });
});

test("progress is one line that is rewritten and then removed, and is not shown without a terminal", () => {
  const written: string[] = [],
    progress = makeProgress({ write: (text) => written.push(text) }, 1_000);
  progress.show({ bytes: 250, entries: 1_234, size: 9_999 });
  progress.show({ bytes: 260, entries: 1_300, size: 9_999 });
  progress.end();
  expect(written).toEqual([
    "\rverifying: 25% · 1,234 entries",
    `\r${" ".repeat("verifying: 25% · 1,234 entries".length)}\r`,
  ]);
  const silent = makeProgress(null, null);
  silent.show({ bytes: 1, entries: 1, size: 1 });
  silent.end();
});
