import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { csvHeader, csvRow } from "../csv";
import { listSources } from "../list-sources";
import { recordEntry } from "../record";
import type { EntryQuery } from "../schema";
import type { EntryRecord } from "../types";
import { makeReadHashes } from "../tree-reader";
import { cefLine } from "./cef";
import { ocsfLine } from "./ocsf";
import { type PageEntry, readPages } from "./read-pages";
import { SEAL_WITHIN_MS, settleScope, type Scope } from "./scope";
import { exportTypes, type ExportFormat, type ExportGap, type ExportedEntry } from "./types";
import { writeJsonLines } from "./write-json-lines";

export type ExportOptions = Readonly<{
  format: ExportFormat;
  /** The size of a published checkpoint: exports what is below it and no more. The newest, and what came since, by default. */
  checkpoint?: number | undefined;
  /** Ends the reading at once, and frees its connection, wherever it is. */
  signal?: AbortSignal | undefined;
  /** How long a checkpoint that covers everything is waited for; three seconds by default, as one is due each second. */
  sealWithinMs?: number;
}>;

export type Export = Readonly<{
  /** How many entries come. */
  count: number;
  /** The size of the checkpoint that they are under, null if none is published. */
  checkpoint: number | null;
  /** The media type, and a name for the file. */
  type: string;
  fileName: string;
  /** In constant memory: each piece is made when it is asked for. */
  pieces: AsyncIterable<Uint8Array>;
}>;

const MOST_SOURCES = 1_000;

/**
 * Everything that matches, in the order of the log. Needs audit.export. The export is itself recorded, with its filter and its count, before
 * it resolves. Throws AppError `forbidden`, `audit.query`, `audit.index-behind`, `audit.no-checkpoint`, `record.unavailable`.
 */
export async function exportEntries(
  deps: Pick<Deps, "db" | "clock" | "random" | "source">,
  actor: Actor,
  query: EntryQuery,
  { format, checkpoint, signal, sealWithinMs = SEAL_WITHIN_MS }: ExportOptions,
): Promise<Export> {
  authorize(actor, "audit.export");
  const scope = await settleScope(deps.db, query, {
    at: checkpoint ?? null,
    sealedOnly: format === "proof",
    sealWithinMs,
  });
  const gaps = (await listSources(deps.db, MOST_SOURCES))
    .filter(({ missingCount }) => missingCount > 0)
    .map(({ id, boot, missing, missingCount }) => ({ id, boot, missing, count: missingCount }));
  await recordEntry(deps, actor, {
    action: "audit.exported",
    outcome: "success",
    target: null,
    details: { format, filter: scope.filter.text, count: scope.count },
  });
  const day = deps.clock.now().toISOString().slice(0, 10),
    { type, ending } = exportTypes[format];
  return {
    count: scope.count,
    checkpoint: scope.seal?.size ?? null,
    type,
    fileName: `chancery-log-${day}.${ending}`,
    pieces: writePieces(deps.db, scope, format, gaps, signal ?? new AbortController().signal),
  };
}

function writePieces(
  db: Deps["db"],
  scope: Scope,
  format: ExportFormat,
  gaps: readonly ExportGap[],
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const pages = readPages(db, scope, format !== "proof", signal);
  if (format === "jsonl" || format === "proof")
    return writeJsonLines(pages, scope, format, gaps, makeReadHashes(db));
  return writeLines(
    pages,
    scope,
    { csv: csvRow, ocsf: ocsfLine, cef: cefLine }[format],
    format === "csv" ? csvHeader : "",
  );
}

async function* writeLines(
  pages: AsyncIterable<readonly PageEntry[]>,
  { seal }: Scope,
  lineOf: (entry: ExportedEntry) => string,
  header: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (header !== "") yield Buffer.from(header);
  for await (const page of pages) {
    let lines = "";
    for (const { seq, leafHash, text } of page) {
      const checkpoint = seal !== null && seq < seal.size ? seal.size : null;
      lines += writeLine(lineOf, { seq, leafHash, log: seal?.origin ?? null, checkpoint, text });
    }
    yield Buffer.from(lines);
  }
}

const nobody: EntryRecord = {
  v: 1,
  id: "",
  ts: "1970-01-01T00:00:00.000000Z",
  action: "" as never,
  outcome: "failure",
  reason: null,
  actor: { kind: "", id: null, label: "" },
  credential: null,
  target: null,
  origin: { ip: null, port: null, userAgent: null, via: [] },
  requestId: "",
  correlationId: "",
  decision: null,
  details: {},
  nonce: "",
};

/** What somebody put into the log that is no entry has a line, too, with its text and nothing read from it. */
function writeLine(
  lineOf: (entry: ExportedEntry) => string,
  entry: Omit<ExportedEntry, "record">,
): string {
  try {
    return lineOf({ ...entry, record: JSON.parse(entry.text) as EntryRecord });
  } catch {
    return lineOf({ ...entry, record: nobody });
  }
}
