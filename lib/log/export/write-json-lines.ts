import { readEntry } from "@/lib/log/read-entry";
import { rangeHashes, type ReadTile } from "@/lib/log/tree/build-proofs";
import type { PageEntry } from "./read-pages";
import type { ExportScope } from "./export-scope";
import type { ExportFormat, ExportGap, ExportHeader } from "./types";

/**
 * The lines of an export that folds to its checkpoint: a header, the entries, the hashes of the
 * ranges that the filter skipped, what shows the selection, and an end line (decision 12).
 */
export async function* writeJsonLines(
  pages: AsyncIterable<readonly PageEntry[]>,
  scope: ExportScope,
  format: Extract<ExportFormat, "jsonl" | "proof">,
  sources: readonly ExportGap[],
  readHashes: ReadTile,
  selection: AsyncIterable<string>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const size = scope.checkpoint?.size ?? 0;
  const origin = scope.checkpoint?.origin ?? null;
  yield Buffer.from(headerLine(scope, format, sources));
  const sealed = format === "proof" ? "" : entryPrefix(origin, size);
  const unsealed = entryPrefix(origin, null);
  // The first number that no line covers yet.
  let next = 0;
  let written = 0;
  const skipTo = async (to: number): Promise<string> => {
    const hashes = await rangeHashes(readHashes, next, to, size);
    const line = `{"skip":[${next},${to}],"hashes":${JSON.stringify(hashes.map((hash) => Buffer.from(hash).toString("base64")))}}\n`;
    next = to;
    return line;
  };
  for await (const page of pages) {
    let lines = "";
    for (const entry of page) {
      const { seq, leafHash } = entry;
      const upTo = Math.min(seq, size);
      // Without a filter nothing is skipped: a gap is then a gap in the log, and must be visible.
      if (next < upTo && !scope.isWhole) lines += await skipTo(upTo);
      next = seq + 1;
      lines += `{"seq":${seq},"leafHash":"${leafHash}"${seq < size ? sealed : unsealed}`;
      lines += format === "proof" ? "}\n" : contentOf(entry);
    }
    written += page.length;
    yield Buffer.from(lines);
  }
  if (next < size && !scope.isWhole) yield Buffer.from(await skipTo(size));
  for await (const line of selection) yield Buffer.from(line);
  yield Buffer.from(`{"end":{"count":${scope.count},"entries":${written}}}\n`);
}

/** The text that is hashed; for bytes that can't be read, why, and the bytes in Base64. */
function contentOf({ text, bytes, isChecked }: PageEntry): string {
  if (isChecked && bytes === null) return `"entry":${text}}\n`;
  const hashed = bytes ?? Buffer.from(text);
  const reading = readEntry(hashed);
  return reading.readable
    ? `"entry":${hashed.toString("utf8")}}\n`
    : `"unreadable":"${reading.problem}","bytes":"${hashed.toString("base64")}"}\n`;
}

const entryPrefix = (log: string | null, checkpoint: number | null): string =>
  `,"log":${JSON.stringify(log)},"checkpoint":${checkpoint},`;

function headerLine(
  { checkpoint, count, filter }: ExportScope,
  format: "jsonl" | "proof",
  sources: readonly ExportGap[],
): string {
  const header: ExportHeader = {
    v: 1,
    log: checkpoint?.origin ?? null,
    vkey: checkpoint?.vkey ?? null,
    checkpoint: checkpoint?.note ?? null,
    size: checkpoint?.size ?? 0,
    filter: filter.text,
    ...(filter.text === "" ? {} : { query: filter.query }),
    order: "asc",
    count,
    sources,
  };
  return `${JSON.stringify({ [format === "jsonl" ? "export" : "proof"]: header })}\n`;
}
