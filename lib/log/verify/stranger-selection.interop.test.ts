import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EntryQuery } from "@/lib/log/schema";
import {
  type ExportLie,
  indexLies,
  liedAbout,
  openSealedLog,
  type SealedLog,
  sealedTo,
} from "@/testing/log/sealed-log";

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

let log: SealedLog;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "chancery-selection-"));
  log = await openSealedLog();
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await log.close();
});

type Verdict = Readonly<{ level: string; shown: number; problems: readonly string[] }>;

/** What a verifier that was written from docs/log-format.md alone says of an export. */
const verdictOf = async (query: EntryQuery, lie?: ExportLie): Promise<Verdict> =>
  verdictOfFile(await log.exported(query, lie));

async function verdictOfFile(content: string | Buffer): Promise<Verdict> {
  const file = join(folder, "export.jsonl");
  writeFileSync(file, content);
  const { stdout, stderr } = spawnSync(python!, ["-I", verifier, file, "--key", log.vkey], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Verdict;
}

describe.skipIf(python === null)("a verifier that a stranger wrote from docs/log-format.md", () => {
  test.each<[EntryQuery]>([
    [{ actor: "rare@example.com" }],
    [{ action: "identity." }],
    [{ action: "certificate.read", outcome: "success" }],
    [{ q: "IDN_12", reads: "exclude" }],
    [{ q: "nothing of the kind anywhere" }],
    [{ target: "idn_300" }],
    [{ ip: "192.0.2.0/23" }],
    [{ ip: "0.0.0.0/0", reads: "only" }],
    [{ from: "2026-01-01", to: "2999-01-01", actor: "rare@example.com" }],
    [{ to: "2020-01-01" }],
    [{ actor: "\ufeff rare@example.com ", target: " " }],
  ])("shows that a filtered export holds what the index has for %j", async (query) => {
    expect(await verdictOf(query)).toMatchObject({
      level: "signed",
      shown: sealedTo,
      problems: [],
    });
  });

  test.each<[EntryQuery]>([
    [{ actor: "rare@example.com" }],
    [{ action: "identity." }],
    [{ q: "idn_12" }],
  ])("rejects an export for %j that lacks one entry", async (query) => {
    const { level, problems } = await verdictOf(query, { without: (_seq, place) => place === 2 });
    expect([level, problems]).toEqual([
      "failed",
      [expect.stringMatching(/^selection: entry \d+ is missing$/)],
    ]);
  });

  test("rejects an export whose filter as text is another than its query", async () => {
    const honest = (await log.exported({ actor: "usr_1", outcome: "denied" })).toString("utf8");
    const lie = honest.replace(
      '"query":{"actor":"usr_1","outcome":"denied"}',
      '"query":{"actor":"usr_1 outcome=denied"}',
    );
    expect(lie).not.toBe(honest);
    expect((await verdictOfFile(lie)).problems).toContain(
      "selection: the header states two filters",
    );
    expect((await verdictOf({ actor: 'x "y"\u200b', q: "müller" })).problems).toEqual([]);
  });

  test.each(indexLies)("rejects an export if %s", async (_what, index) => {
    const { level, problems } = await verdictOf(liedAbout, { index });
    expect([level, problems[0]]).toEqual(["failed", expect.stringMatching(/^selection: /)]);
  });
});
