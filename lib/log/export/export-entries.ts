import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { csvHeader, csvRow } from "./csv";
import { listSources } from "@/lib/log/record/list-sources";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { EntryQuery } from "@/lib/log/schema";
import type { EntryRecord } from "@/lib/log/types";
import { makeTileReader } from "@/lib/log/tree/tile-reader";
import { cefLine } from "./cef";
import { ocsfLine } from "./ocsf";
import { type PageEntry, readPages } from "./read-pages";
import { defaultCheckpointTimeoutMs, resolveExportScope, type ExportScope } from "./export-scope";
import { proveSelection } from "./prove-selection";
import { emptyRecord, type ExportedText, toExportedText } from "./exported-record";
import { exportTypes, type ExportFormat, type ExportGap, type ExportedEntry } from "./types";
import { writeJsonLines } from "./write-json-lines";

export type ExportOptions = Readonly<{
  format: ExportFormat;
  /**
   * The size of a published checkpoint, to export exactly what it covers. By default everything is
   * exported, under the newest checkpoint.
   */
  checkpoint?: number | undefined;
  /** Cancels the export at any point and releases its connection. */
  signal?: AbortSignal | undefined;
  /** How long to wait for a checkpoint that covers everything; three seconds by default. */
  checkpointTimeoutMs?: number;
}>;

export type Export = Readonly<{
  /** The number of entries in the export. */
  count: number;
  /** The size of the checkpoint that the export folds to; null if none is published. */
  checkpoint: number | null;
  /** The media type and the file name. */
  type: string;
  fileName: string;
  /** Produced on demand, in constant memory. */
  pieces: AsyncIterable<Uint8Array>;
}>;

const maxSources = 1_000;

/**
 * Exports all entries that match, in log order. Needs audit.export. The export is recorded, with its
 * filter and count, before this resolves. Throws AppError `forbidden`, `audit.query`,
 * `audit.index-behind`, `audit.no-checkpoint`, `record.unavailable`.
 */
export async function exportEntries(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  query: EntryQuery,
  { format, checkpoint, signal, checkpointTimeoutMs = defaultCheckpointTimeoutMs }: ExportOptions,
): Promise<Export> {
  authorize(actor, "audit.export");
  const scope = await resolveExportScope(deps.db, query, {
    at: checkpoint ?? null,
    coveredOnly: format === "proof",
    checkpointTimeoutMs,
  });
  const gaps = (await listSources(deps.db, maxSources))
    .filter(({ missingCount }) => missingCount > 0)
    .map(({ id, boot, missing, missingCount }) => ({ id, boot, missing, count: missingCount }));
  await recordEntry(deps.recorder, actor, {
    action: "audit.exported",
    outcome: "success",
    target: null,
    details: { format, filter: scope.filter.text, count: scope.count },
  });
  const day = deps.clock.now().toISOString().slice(0, 10);
  const { type, extension } = exportTypes[format];
  return {
    count: scope.count,
    checkpoint: scope.checkpoint?.size ?? null,
    type,
    fileName: `chancery-log-${day}.${extension}`,
    pieces: writeExport(deps.db, scope, format, gaps, signal ?? new AbortController().signal),
  };
}

function writeExport(
  db: Deps["db"],
  scope: ExportScope,
  format: ExportFormat,
  gaps: readonly ExportGap[],
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const pages = readPages(db, scope, format !== "proof", signal);
  if (format === "jsonl" || format === "proof") {
    const readTile = makeTileReader(db);
    const selection = proveSelection(db, scope, readTile);
    return writeJsonLines(pages, scope, format, gaps, readTile, selection);
  }
  return writeLines(
    pages,
    scope,
    { csv: csvRow, ocsf: ocsfLine, cef: cefLine }[format],
    format === "csv" ? csvHeader : "",
  );
}

async function* writeLines(
  pages: AsyncIterable<readonly PageEntry[]>,
  { checkpoint: covering }: ExportScope,
  formatEntry: (entry: ExportedEntry) => string,
  header: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (header !== "") yield Buffer.from(header);
  for await (const page of pages) {
    let lines = "";
    for (const entry of page) {
      const { seq, leafHash } = entry;
      const checkpoint = covering !== null && seq < covering.size ? covering.size : null;
      const log = covering?.origin ?? null;
      lines += formatIsolated(formatEntry, { seq, leafHash, log, checkpoint }, entry);
    }
    yield Buffer.from(lines);
  }
}

type Frame = Omit<ExportedEntry, keyof ExportedText>;

/**
 * Bytes in the log that are no entry get a line, too: with their bytes in Base64. An entry that was
 * readable when the alert rules read it may have been changed since.
 */
function formatIsolated(
  formatEntry: (entry: ExportedEntry) => string,
  frame: Frame,
  { text, bytes, isChecked }: PageEntry,
): string {
  if (isChecked && bytes === null)
    try {
      return formatEntry({ ...frame, text, record: JSON.parse(text) as EntryRecord });
    } catch {
      // Read again below, with every check.
    }
  const exported = toExportedText(bytes ?? Buffer.from(text));
  try {
    return formatEntry({ ...frame, ...exported });
  } catch {
    // Details that this format did not foresee: the text is complete, and the fields are empty.
    return formatEntry({ ...frame, ...exported, record: emptyRecord });
  }
}
