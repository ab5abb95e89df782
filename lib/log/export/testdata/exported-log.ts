import { recordEntry } from "../../record";
import type { EntryQuery } from "../../schema";
import { startSequencer } from "../../sequencer";
import { testActor } from "../../testdata/actor";
import {
  identityCreated,
  type LogDatabase,
  openLogDatabase,
  readEntry,
} from "../../testdata/log-database";
import { openPublishedLog, type PublishedTestLog } from "../../testdata/published-log";
import { type Export, exportEntries, type ExportOptions } from "../export-entries";
import type { ExportFormat } from "../types";

export type ExportedLog = LogDatabase &
  Readonly<{
    published: PublishedTestLog;
    /** How many entries its checkpoint covers; a few more came later. */
    sealedTo: number;
    /** Exports as an auditor; nothing publishes by itself here, so no checkpoint is waited for. */
    begin: (query: EntryQuery, options: ExportOptions) => Promise<Export>;
    exportBytes: (query: EntryQuery, format: ExportFormat, checkpoint?: number) => Promise<Buffer>;
    exportText: (query: EntryQuery, format: ExportFormat, checkpoint?: number) => Promise<string>;
  }>;

export const auditor = testActor({
  id: "usr_01auditor",
  label: "auditor@example.com",
  role: "auditor",
});
const sealedTo = 700;

/** 700 entries under a checkpoint, a few of them rare and one of them evil, and three that came later. */
export async function openExportedLog(): Promise<ExportedLog> {
  const log = await openLogDatabase(),
    published = await openPublishedLog(log);
  const evil = testActor({
    id: "usr_01evil",
    label: `=HYPERLINK("http://evil.example.com")`,
    origin: { ip: "2001:db8::7", port: 1, userAgent: "@SUM(1) a=b\\c|d", via: [] },
  });
  for (let n = 0; n < sealedTo; n += 1) {
    if (n === 431)
      await recordEntry(log.deps, evil, { ...identityCreated("+1"), reason: "\t=1\nand|more\\" });
    else
      await recordEntry(
        log.deps,
        testActor({ label: n % 97 === 0 ? "rare@example.com" : "bulk@example.com" }),
        n % 3 === 0 ? identityCreated(`idn_${n}`) : readEntry(`/${n}`),
      );
  }
  await log.settle();
  await published.publish(sealedTo);
  for (let n = 0; n < 3; n += 1)
    await recordEntry(log.deps, testActor({ label: "late@example.com" }), readEntry(`/late/${n}`));
  const sequencer = startSequencer(log.deps.db);
  const begin: ExportedLog["begin"] = (query, options) =>
    exportEntries(log.deps, auditor, query, { sealWithinMs: 0, ...options });
  const exportBytes: ExportedLog["exportBytes"] = async (query, format, checkpoint) => {
    const parts: Uint8Array[] = [];
    for await (const piece of (await begin(query, { format, checkpoint })).pieces)
      parts.push(piece);
    return Buffer.concat(parts);
  };
  return {
    ...log,
    published,
    sealedTo,
    begin,
    exportBytes,
    exportText: async (...asked) => (await exportBytes(...asked)).toString("utf8"),
    close: async () => {
      await sequencer.stop();
      await published.close();
      await log.close();
    },
  };
}

/** The lines of a file, which ends with one. */
export function linesOf(text: string): string[] {
  if (!text.endsWith("\n")) throw new Error("the last line is not ended");
  return text.slice(0, -1).split("\n");
}
