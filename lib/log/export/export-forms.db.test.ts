import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EntryQuery } from "@/lib/log/schema";
import { verifyExport } from "@/lib/log/verify/verify-export";
import { type ExportedLog, linesOf, openExportedLog } from "@/testing/log/exported-log";
import type { ExportFormat } from "./types";

let log: ExportedLog;
beforeAll(async () => {
  log = await openExportedLog();
});
afterAll(() => log.close());

describe("the offline verifier", () => {
  async function* inPieces(text: string): AsyncGenerator<Buffer> {
    yield Buffer.from(text);
  }

  test.each<[ExportFormat, EntryQuery]>([
    ["jsonl", {}],
    ["jsonl", { reads: "exclude" }],
    ["csv", { reads: "exclude" }],
    ["ocsf", {}],
    ["cef", { actor: "rare@example.com" }],
    ["cef", { actor: "usr_01evil" }],
    ["csv", { q: "nothing-at-all" }],
    ["ocsf", { q: "nothing-at-all" }],
  ])(
    "finds an export as %s of %j whole and signed, with its companion where it needs one",
    async (format, query) => {
      const file = await log.exportText(query, format, log.sealedTo);
      const report = await verifyExport(inPieces(file), {
        vkey: log.published.vkey,
        proof:
          format === "jsonl"
            ? undefined
            : inPieces(await log.exportText(query, "proof", log.sealedTo)),
      });
      expect(report.checks.filter(({ state }) => state === "failed")).toEqual([]);
      expect(report).toMatchObject({ level: "signed", keyPinned: true, log: log.published.origin });
    },
  );

  test.each(["csv", "ocsf", "cef"] as const)(
    "finds in an export as %s a changed word, and an entry less",
    async (format) => {
      const query = { actor: "rare@example.com" };
      const file = await log.exportText(query, format, log.sealedTo);
      const proof = await log.exportText(query, "proof", log.sealedTo);
      const verify = async (text: string): Promise<string[]> =>
        (
          await verifyExport(inPieces(text), { vkey: log.published.vkey, proof: inPieces(proof) })
        ).checks
          .filter(({ state }) => state === "failed")
          .map(({ name }) => name);
      const rows = file.split("\n");
      expect(await verify(file)).toEqual([]);
      expect(await verify(file.replace("curl/8.1", "curl/8.2"))).not.toEqual([]);
      expect(await verify(rows.toSpliced(2, 1).join("\n"))).toContain("complete");
    },
  );
});

describe("an export in another form", () => {
  /** Reads CSV by RFC 4180. */
  const cells = (row: string): string[] =>
    [...row.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell = ""]) =>
      cell.replaceAll('""', '"'),
    );
  const leafOf = (text: string): string =>
    createHash("sha256").update("\0").update(text).digest("hex");

  test("as CSV has the exact text of each entry in its last column, and the number, hash, log and checkpoint first", async () => {
    const [head = "", ...rows] = (await log.exportText({ reads: "exclude" }, "csv"))
      .trimEnd()
      .split("\r\n")
      .map(cells);
    expect([head.slice(0, 4), head.at(-1)]).toEqual([
      ["seq", "leafHash", "log", "checkpoint"],
      "entry",
    ]);
    expect(rows.length).toBeGreaterThan(230);
    for (const row of rows) {
      expect(row).toHaveLength(head.length);
      expect(leafOf(row.at(-1)!)).toBe(row[1]);
      expect(row.slice(2, 4)).toEqual([
        log.published.origin,
        Number(row[0]) < log.sealedTo ? String(log.sealedTo) : "",
      ]);
    }
  });

  test("a CSV export neutralizes what a spreadsheet would run, wherever it came from", async () => {
    const text = await log.exportText({ actor: "usr_01evil" }, "csv");
    expect(text).toContain(`"'=HYPERLINK(""http://evil.example.com"")"`);
    for (const field of ['"\'@SUM(1) a=b\\c|d"', '"\'+1"', '"\'\t=1\nand|more\\"'])
      expect(text).toContain(field);
    expect(text).not.toMatch(/(^|,)"[=+@-]/m);
  });

  test("as OCSF has the exact text as raw_data, and what proves it unmapped", async () => {
    const lines = linesOf(
      await log.exportText({ reads: "exclude", actor: "bulk@example.com" }, "ocsf"),
    );
    expect(lines.length).toBeGreaterThan(200);
    for (const line of lines) {
      const {
        raw_data: raw,
        unmapped,
        class_uid: classUid,
        type_uid: typeUid,
        activity_id: activity,
      } = JSON.parse(line) as {
        raw_data: string;
        unmapped: Record<string, unknown>;
        class_uid: number;
        type_uid: number;
        activity_id: number;
      };
      const { seq, leaf_hash: leaf, ...rest } = unmapped;
      expect(leafOf(raw)).toBe(leaf);
      expect(rest).toEqual({
        log_origin: log.published.origin,
        checkpoint_size: Number(seq) < log.sealedTo ? log.sealedTo : null,
      });
      expect(typeUid).toBe(classUid * 100 + activity);
    }
  });

  test("as CEF has one event a line, whose rawEvent is the exact text, whatever the entry holds", async () => {
    const lines = linesOf(await log.exportText({ reads: "exclude" }, "cef"));
    const evil = lines.filter((line) => line.includes(" suid=usr_01evil "));
    expect(evil).toHaveLength(1);
    for (const line of lines) {
      const header =
        /^CEF:0\|Chancery\|Chancery\|1\|([a-z.-]+)\|((?:[^|\\]|\\[|\\])*)\|(\d+)\|(.*)$/.exec(line);
      expect(header).not.toBeNull();
      const keys = Object.fromEntries(
        [...header![4]!.matchAll(/(?:^| )(\w+)=((?:[^\\=]|\\[\\=nr])*?)(?= \w+=|$)/g)].map(
          ([, key = "", value = ""]) => [
            key,
            value.replace(/\\(.)/g, (_, c: string) => ({ n: "\n", r: "\r" })[c] ?? c),
          ],
        ),
      );
      expect(leafOf(keys["rawEvent"]!)).toBe(keys["cs1"]);
      expect([keys["cs2"], keys["cn2"]]).toEqual([
        log.published.origin,
        Number(keys["cn1"]) < log.sealedTo ? String(log.sealedTo) : undefined,
      ]);
    }
    expect(evil[0]).toContain("requestClientApplication=@SUM(1) a\\=b\\\\c|d ");
    expect(evil[0]).toContain("reason=\t\\=1\\nand|more\\\\ ");
    expect(evil[0]).toContain("c6a2=2001:db8::7 ");
  });
});
