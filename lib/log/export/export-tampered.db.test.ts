import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExportedLog, linesOf, openExportedLog } from "@/testing/log/exported-log";
import { foldExport } from "@/testing/log/fold-export";

let log: ExportedLog;
beforeAll(async () => {
  log = await openExportedLog();
});
afterAll(() => log.close());

const fold = (text: string, name: "export" | "proof") => foldExport(text, name, log.published.key);

describe("what was changed in the database", () => {
  const change = (sql: string): Promise<unknown> =>
    log.as(
      "super",
      `begin; alter table tlog.entry_p000000 disable trigger all; ${sql}; alter table tlog.entry_p000000 enable always trigger no_change; alter table tlog.entry_p000000 enable always trigger no_truncate; commit`,
    );
  const bytesOf = async (seq: number): Promise<Buffer> =>
    (await log.as("super", `select entry from tlog.entry where seq = ${seq}`))[0] as Buffer;

  test.each([
    ["bytes that are no text", "'\\xff00fe'::bytea"],
    ["a line end", "'\\x0a'::bytea"],
    ["two line ends", "'\\x0a7b7d0a'::bytea"],
  ])("is exported with its bytes in Base64, and does not fold: %s", async (_, added) => {
    const before = await bytesOf(300);
    await change(
      `update tlog.entry set entry = substr(entry, 1, 20) || ${added} || substr(entry, 21) where seq = 300`,
    );
    try {
      const changed = await bytesOf(300);
      for (const query of [{}, { reads: "exclude" }] as const) {
        const file = await log.exportBytes(query, "jsonl");
        const line = linesOf(file.toString("utf8")).find((one) => one.startsWith(`{"seq":300,`));
        expect(JSON.parse(line ?? "")).toMatchObject({
          checkpoint: log.sealedTo,
          unreadable: expect.stringMatching(/^not-/) as string,
          bytes: changed.toString("base64"),
        });
        await expect(
          foldExport(file.toString("utf8"), "export", log.published.key),
        ).rejects.toThrow(/leaf hash|JSON/);
        for (const format of ["csv", "ocsf", "cef"] as const)
          expect(
            (await log.exportBytes(query, format))
              .toString("utf8")
              .replaceAll("\\=", "=")
              .includes(`base64:${changed.toString("base64")}`),
          ).toBe(true);
      }
    } finally {
      await change(
        `update tlog.entry set entry = '\\x${before.toString("hex")}'::bytea where seq = 300`,
      );
    }
    await fold(await log.exportText({}, "jsonl", log.sealedTo), "export");
  });

  test("is missing in the export if it is missing in the log, and neither hidden nor skipped over", async () => {
    await change(
      "create table tlog.kept as select * from tlog.entry where seq = 300; delete from tlog.entry where seq = 300",
    );
    try {
      for (const query of [{}, { reads: "exclude" }] as const) {
        const lines = linesOf((await log.exportBytes(query, "jsonl")).toString("utf8"));
        expect(lines.some((line) => line.startsWith(`{"seq":300,`))).toBe(false);
        const { end } = JSON.parse(lines.at(-1)!) as { end: { count: number; entries: number } };
        expect(end.entries).toBe(end.count - 1);
        expect(lines.filter((line) => line.startsWith(`{"skip"`)).length > 0).toBe(
          "reads" in query,
        );
      }
    } finally {
      await change("insert into tlog.entry select * from tlog.kept; drop table tlog.kept");
    }
    await fold(await log.exportText({}, "jsonl", log.sealedTo), "export");
  });
});
