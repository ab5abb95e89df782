import { proveSkip, type ReadHashes } from "../tree/prove";
import type { PageEntry } from "./read-pages";
import type { Scope } from "./scope";
import type { ExportFormat, ExportGap, ExportHeader } from "./types";

/** The lines of an export that fold to its checkpoint: between a header and an end, its entries and what stands for those left out. */
export async function* writeJsonLines(
  pages: AsyncIterable<readonly PageEntry[]>,
  scope: Scope,
  format: Extract<ExportFormat, "jsonl" | "proof">,
  sources: readonly ExportGap[],
  readHashes: ReadHashes,
): AsyncGenerator<Uint8Array, void, undefined> {
  const size = scope.seal?.size ?? 0,
    origin = scope.seal?.origin ?? null;
  yield Buffer.from(headerLine(scope, format, sources));
  const sealed = format === "proof" ? "" : middleOf(origin, size),
    unsealed = middleOf(origin, null);
  // The first number that no line has accounted for yet.
  let next = 0,
    written = 0;
  const skipTo = async (to: number): Promise<string> => {
    const hashes = await proveSkip(readHashes, next, to, size);
    const line = `{"skip":[${next},${to}],"hashes":${JSON.stringify(hashes.map((hash) => Buffer.from(hash).toString("base64")))}}\n`;
    next = to;
    return line;
  };
  for await (const page of pages) {
    const parts: Buffer[] = [];
    let lines = "";
    for (const { seq, leafHash, text, bytes } of page) {
      const upTo = Math.min(seq, size);
      // Without a filter nothing is left out: what is missing then is missing in the log, and must show.
      if (next < upTo && !scope.isWhole) lines += await skipTo(upTo);
      next = seq + 1;
      lines += `{"seq":${seq},"leafHash":"${leafHash}"${seq < size ? sealed : unsealed}`;
      if (bytes !== null) {
        parts.push(Buffer.from(lines), bytes);
        lines = "";
      }
      lines += bytes === null ? `${text}}\n` : "}\n";
    }
    written += page.length;
    yield Buffer.concat([...parts, Buffer.from(lines)]);
  }
  if (next < size && !scope.isWhole) yield Buffer.from(await skipTo(size));
  yield Buffer.from(`{"end":{"count":${scope.count},"entries":${written}}}\n`);
}

const middleOf = (log: string | null, checkpoint: number | null): string =>
  `,"log":${JSON.stringify(log)},"checkpoint":${checkpoint},"entry":`;

function headerLine(
  { seal, count, filter }: Scope,
  format: "jsonl" | "proof",
  sources: readonly ExportGap[],
): string {
  const header: ExportHeader = {
    v: 1,
    log: seal?.origin ?? null,
    vkey: seal?.vkey ?? null,
    checkpoint: seal?.note ?? null,
    size: seal?.size ?? 0,
    filter: filter.text,
    order: "asc",
    count,
    sources,
  };
  return `${JSON.stringify({ [format === "jsonl" ? "export" : "proof"]: header })}\n`;
}
