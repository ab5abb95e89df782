import type { FoundEntry } from "../search";
import { proveSkip, type ReadHashes } from "../tree/prove";
import type { Scope } from "./scope";
import type { ExportFormat, ExportGap, ExportHeader } from "./types";

const close = Buffer.from("}\n");

/** The lines of an export that fold to its checkpoint: between a header and an end, its entries and what stands for those left out. */
export async function* writeJsonLines(
  pages: AsyncIterable<readonly FoundEntry[]>, scope: Scope, format: Extract<ExportFormat, "jsonl" | "proof">, sources: readonly ExportGap[], readHashes: ReadHashes,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { seal, count } = scope, size = seal?.size ?? 0, whole = format === "jsonl";
  yield Buffer.from(headerLine(scope, format, sources));
  const sealed = middleOf(seal?.origin ?? null, size), unsealed = middleOf(seal?.origin ?? null, null);
  // The first number that no line has accounted for yet.
  let next = 0, written = 0;
  const skipTo = async (to: number): Promise<Buffer> => {
    const hashes = await proveSkip(readHashes, next, to, size);
    const line = `{"skip":[${next},${to}],"hashes":${JSON.stringify(hashes.map((hash) => Buffer.from(hash).toString("base64")))}}\n`;
    next = to;
    return Buffer.from(line);
  };
  for await (const page of pages) {
    const parts: Buffer[] = [];
    for (const { seq, leafHash, entry } of page) {
      const upTo = Math.min(seq, size);
      if (next < upTo) parts.push(await skipTo(upTo));
      const begin = `{"seq":${seq},"leafHash":"${leafHash.toString("hex")}"`;
      if (whole) parts.push(Buffer.from(begin + (seq < size ? sealed : unsealed)), entry, close);
      else parts.push(Buffer.from(`${begin}}\n`));
      next = seq + 1;
    }
    written += page.length;
    yield Buffer.concat(parts);
  }
  if (next < size) yield await skipTo(size);
  yield Buffer.from(`{"end":{"count":${count},"entries":${written}}}\n`);
}

const middleOf = (log: string | null, checkpoint: number | null): string => `,"log":${JSON.stringify(log)},"checkpoint":${checkpoint},"entry":`;

function headerLine({ seal, count, filter }: Scope, format: "jsonl" | "proof", sources: readonly ExportGap[]): string {
  const header: ExportHeader = { v: 1, log: seal?.origin ?? null, vkey: seal?.vkey ?? null, checkpoint: seal?.note ?? null, size: seal?.size ?? 0, filter: filter.text, order: "asc", count, sources };
  return `${JSON.stringify({ [format === "jsonl" ? "export" : "proof"]: header })}\n`;
}
