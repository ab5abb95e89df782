import { recordSeals } from "@/lib/log/publish/record-seals";
import { resolveExportScope } from "@/lib/log/export/export-scope";
import { proveSelection } from "@/lib/log/export/prove-selection";
import { readPages } from "@/lib/log/export/read-pages";
import { writeJsonLines } from "@/lib/log/export/write-json-lines";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { EntryQuery } from "@/lib/log/schema";
import { indexAll } from "@/lib/log/segments/indexer";
import { mergeOldest } from "@/lib/log/segments/merge-oldest";
import { makeTileReader } from "@/lib/log/tree/tile-reader";
import { operatorActor } from "@/testing/actors";
import { openHarness } from "@/testing/harness";
import { identityCreated, readEntry } from "./entries";
import { openPublishedLog } from "./published-log";

/** Entries of a segment, and how many are in segments whose digest is in the log. */
const segmentEntries = 100;
const count = 1_250;
export const sealedTo = 12 * segmentEntries;

/** What someone who writes an export could make of it. */
export type ExportLie = Readonly<{
  /** Entries that are left out of the file, as if the filter had left them out. */
  without?: (seq: number, place: number) => boolean;
  /** Changes the lines of the index. */
  index?: (lines: readonly string[]) => readonly string[];
}>;

/** A published log with a sealed index, of which eight segments were put together. */
export type SealedLog = Readonly<{
  vkey: string;
  /** An export in JSON Lines. */
  exported: (query: EntryQuery, lie?: ExportLie) => Promise<Buffer>;
  close: () => Promise<void>;
}>;

export async function openSealedLog(): Promise<SealedLog> {
  const log = await openHarness({ sequencer: false });
  const published = await openPublishedLog(log);
  for (let n = 0; n < count; n += 1)
    await recordEntry(
      log.deps.recorder,
      operatorActor({ label: n % 97 === 0 ? "rare@example.com" : "bulk@example.com" }),
      n % 3 === 0 ? identityCreated(`idn_${n}`) : readEntry(`/${n}`),
    );
  const settle = async (): Promise<void> => {
    await log.asSuper("select tlog.sequence_batch(100000)");
    await indexAll(log.deps.db, segmentEntries);
  };
  await settle();
  await recordSeals(log.deps);
  await settle();
  await mergeOldest(log.deps.db, 5);
  await recordSeals(log.deps);
  await settle();
  const [head] = await log.asSuper("select size::int from tlog.head");
  await published.publish(Number(head?.["size"]));
  return {
    vkey: published.vkey,
    exported: (query, lie = {}) => exportWith(log.deps.db, query, lie),
    close: async () => {
      await published.close();
      await log.close();
    },
  };
}

async function* listed<T>(all: readonly T[]): AsyncGenerator<T> {
  yield* all;
}

async function exportWith(
  db: Parameters<typeof readPages>[0],
  query: EntryQuery,
  lie: ExportLie,
): Promise<Buffer> {
  const options = { at: null, coveredOnly: true, checkpointTimeoutMs: 0 };
  const scope = await resolveExportScope(db, query, options);
  const kept = [];
  let place = 0;
  for await (const page of readPages(db, scope, true, new AbortController().signal))
    kept.push(page.filter(({ seq }) => lie.without?.(seq, place++) !== true));
  const lines: string[] = [];
  for await (const line of proveSelection(db, scope, makeTileReader(db))) lines.push(line);
  const total = kept.reduce((sum, page) => sum + page.length, 0);
  const parts: Uint8Array[] = [];
  for await (const part of writeJsonLines(
    listed(kept),
    { ...scope, count: total },
    "jsonl",
    [],
    makeTileReader(db),
    listed(lie.index?.(lines) ?? lines),
  ))
    parts.push(part);
  return Buffer.concat(parts);
}

type Line = {
  index: {
    seal: { seq: number; entry: string; path: string[] };
    pages: { n: number; body: string; path: string[] }[];
  };
};
type Change = (line: Line, all: readonly Line[]) => void;

const changed =
  (change: Change) =>
  (lines: readonly string[]): string[] => {
    const all = lines.map((line) => JSON.parse(line) as Line);
    change(
      all[1]!,
      all.map((line) => structuredClone(line)),
    );
    return all.map((line) => `${JSON.stringify(line)}\n`);
  };

/** The filter of the exports whose lines of the index are changed. */
export const liedAbout: EntryQuery = { actor: "rare@example.com", to: "2999-01-01" };

/** What someone could make of the lines of the index, and what the verifier says of it. */
export const indexLies: readonly (readonly [
  what: string,
  change: (lines: readonly string[]) => readonly string[],
  problem: RegExp,
])[] = [
  [
    "a page is left out",
    changed(({ index }) => index.pages.splice(1, 1)),
    /Pages of the segment of the entries 800 to 899 are missing/,
  ],
  [
    "all pages but the head are left out",
    changed(({ index }) => index.pages.splice(1)),
    /Pages of the segment of the entries 800 to 899 are missing/,
  ],
  [
    "the head is left out",
    changed(({ index }) => index.pages.splice(0, 1)),
    /The head of the segment of the entries 800 to 899 is missing or another one's/,
  ],
  [
    "a byte of a page is changed",
    changed(({ index: { pages } }) => {
      const body = Buffer.from(pages[1]!.body, "base64");
      body[9]! ^= 1;
      pages[1]!.body = body.toString("base64");
    }),
    /Page \d+ does not belong to the segment of the entries 800 to 899/,
  ],
  [
    "a page has the place of another",
    changed(({ index: { pages } }) => (pages[1]!.n += 1)),
    /Page \d+ does not belong to the segment of the entries 800 to 899/,
  ],
  [
    "pages of another segment are in it",
    changed((line, all) => (line.index.pages = all[2]!.index.pages)),
    /Page 0 does not belong to the segment/,
  ],
  [
    "the digest is that of another segment",
    changed((line, all) => (line.index.seal = all[2]!.index.seal)),
    /Page 0 does not belong to the segment of the entries 900 to 999/,
  ],
  [
    "the entry with its digest is made up",
    changed(({ index: { seal } }) => {
      const text = Buffer.from(seal.entry, "base64").toString("utf8");
      seal.entry = Buffer.from(text.replace(/"root":"../, '"root":"00')).toString("base64");
    }),
    /with a digest of the index, is not in the log/,
  ],
  [
    "the entry with its digest has the number of another",
    changed(({ index: { seal } }, all) => (seal.seq = all[2]!.index.seal.seq)),
    /with a digest of the index, is not in the log/,
  ],
];
