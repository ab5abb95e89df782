import { makeRecordCounter } from "./count-records";
import { parseHead, type ExportFormat, type ExportHead } from "./export-formats";

export type ExportProgress = Readonly<{ records: number; bytes: number; head: ExportHead | null }>;
/** A complete file, with its first line if it includes a proof. */
export type ReadFile = Readonly<{
  blob: Blob | null;
  records: number;
  bytes: number;
  head: ExportHead | null;
}>;
/** Where the chunks are written, instead of memory. */
export type Sink = Readonly<{
  write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  close: () => Promise<void>;
  abort: () => Promise<void>;
}>;

/** Why an export failed, as a message for the user. */
export class ExportError extends Error {}

const longestHead = 1 << 20,
  tailKept = 256,
  shownEveryMs = 100;

/** Reads the first line of a file that includes a proof, and detects its end. */
function makeWatcher(): Readonly<{
  take: (bytes: Uint8Array) => void;
  head: () => ExportHead | null;
  isWhole: () => boolean;
}> {
  const decoder = new TextDecoder();
  let start = "",
    tail = "",
    head: ExportHead | null = null;
  const take = (bytes: Uint8Array): void => {
    const text = decoder.decode(bytes, { stream: true });
    tail = (tail + text).slice(-tailKept);
    if (head !== null || start.length >= longestHead) return;
    start += text;
    if (start.includes("\n")) head = parseHead(start.slice(0, start.indexOf("\n")));
  };
  return { take, head: () => head, isWhole: () => tail.includes('{"end":') };
}

/** Fetches one export in chunks. Throws ExportError, or an AbortError if it was canceled. */
export async function readExport(
  address: string,
  form: ExportFormat,
  signal: AbortSignal,
  onProgress: (now: ExportProgress) => void,
  sink: Sink | null,
): Promise<ReadFile> {
  const response = await fetch(address, { signal, cache: "no-store" });
  if (!response.ok || response.body === null) throw new ExportError(await errorMessageOf(response));
  const watcher = form.value === "jsonl" || form.value === "proof" ? makeWatcher() : null,
    counter = makeRecordCounter(form.counts),
    pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0,
    shownAt = 0;
  const take = async (piece: Uint8Array<ArrayBuffer>): Promise<void> => {
    bytes += piece.length;
    counter.add(piece);
    watcher?.take(piece);
    if (sink === null) pieces.push(piece);
    else await sink.write(piece);
    if (performance.now() - shownAt < shownEveryMs) return;
    shownAt = performance.now();
    onProgress({ records: counter.count(), bytes, head: watcher?.head() ?? null });
  };
  try {
    await pump(response.body, take);
  } catch (error) {
    await sink?.abort().catch(() => undefined);
    if (signal.aborted) throw error;
    throw new ExportError(
      `The connection was lost after ${counter.count()} records. No incomplete export was saved. Try again.`,
    );
  }
  if (watcher?.isWhole() === false)
    throw new ExportError("The export was cut off, so it’s incomplete. Try again.");
  await sink?.close();
  const type = response.headers.get("content-type") ?? "application/octet-stream";
  return {
    blob: sink === null ? new Blob(pieces, { type }) : null,
    records: counter.count(),
    bytes,
    head: watcher?.head() ?? null,
  };
}

async function pump(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (piece: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<void> {
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read())
    await take(next.value);
}

async function errorMessageOf(response: Response): Promise<string> {
  const text = (await response.text().catch(() => "")).trim();
  if (response.redirected || text.startsWith("<"))
    return response.status === 403
      ? "You don’t have permission to export."
      : "The console returned an unexpected response. You may be signed out: reload the page.";
  return text === "" ? `The console responded with status ${response.status}.` : text.slice(0, 500);
}
