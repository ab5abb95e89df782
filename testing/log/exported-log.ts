import { recordEntry } from "@/lib/log/record/record-entry";
import type { EntryQuery } from "@/lib/log/schema";
import { startSequencer } from "@/lib/log/sequence/sequencer";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { identityCreated, readEntry } from "./entries";
import { openPublishedLog, type PublishedTestLog } from "./published-log";
import { type Export, exportEntries, type ExportOptions } from "@/lib/log/export/export-entries";
import type { ExportFormat } from "@/lib/log/export/types";

export type ExportedLog = Harness &
  Readonly<{
    published: PublishedTestLog;
    /** How many entries its checkpoint covers; a few more came later. */
    sealedTo: number;
    /** Exports as an auditor; nothing publishes by itself here, so no checkpoint is waited for. */
    begin: (query: EntryQuery, options: ExportOptions) => Promise<Export>;
    exportBytes: (query: EntryQuery, format: ExportFormat, checkpoint?: number) => Promise<Buffer>;
    exportText: (query: EntryQuery, format: ExportFormat, checkpoint?: number) => Promise<string>;
  }>;

export const auditor = operatorActor({
  id: "usr_01auditor",
  label: "auditor@example.com",
  role: "auditor",
});
const sealedTo = 700;

/**
 * 700 entries under a checkpoint, a few of them rare and one of them evil, and three that came
 * later.
 */
export async function openExportedLog(): Promise<ExportedLog> {
  const log = await openHarness({ sequencer: false, connections: 80 });
  const published = await openPublishedLog(log);
  const evil = operatorActor({
    id: "usr_01evil",
    label: `=HYPERLINK("http://evil.example.com")`,
    address: { ip: "2001:db8::7", port: 1, userAgent: "@SUM(1) a=b\\c|d", via: [] },
  });
  for (let n = 0; n < sealedTo; n += 1) {
    if (n === 431)
      await recordEntry(log.deps.recorder, evil, {
        ...identityCreated("+1"),
        reason: "\t=1\nand|more\\",
      });
    else
      await recordEntry(
        log.deps.recorder,
        operatorActor({ label: n % 97 === 0 ? "rare@example.com" : "bulk@example.com" }),
        n % 3 === 0 ? identityCreated(`idn_${n}`) : readEntry(`/${n}`),
      );
  }
  await log.sequence();
  await published.publish(sealedTo);
  for (let n = 0; n < 3; n += 1)
    await recordEntry(
      log.deps.recorder,
      operatorActor({ label: "late@example.com" }),
      readEntry(`/late/${n}`),
    );
  const sequencer = startSequencer(log.deps.db);
  const begin: ExportedLog["begin"] = (query, options) =>
    exportEntries(log.deps, auditor, query, { checkpointTimeoutMs: 0, ...options });
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
