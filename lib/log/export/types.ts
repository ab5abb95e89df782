import type { EntryRecord } from "@/lib/log/types";

/**
 * The export formats, a contract with every verifier (docs/log-format.md). Every export is in log
 * order, ascending.
 *
 * JSON Lines (`jsonl`): one JSON value per line, each line ended by "\n".
 *
 * - First the header:
 *   {"export":{"v":1,"log":…,"vkey":…,"checkpoint":…,"size":N,"filter":…,"query":{…},"order":"asc","count":n,"sources":[…]}}
 * - {"seq":…,"leafHash":"hex","log":…,"checkpoint":N,"entry":{…}}: an entry. The text after
 *   `"entry":` and before the last `}` is what is hashed.
 * - {"skip":[from,to],"hashes":["base64",…]}: the numbers `from` to `to - 1` that the filter skipped.
 * - {"index":{"seal":{…},"pages":[…]}}: what the search index has for the filter in one of its sealed
 *   segments (prove-selection.ts); only in an export with a filter.
 * - Last {"end":{"count":n,"entries":m}}: m entry lines were written. It is missing if the export was
 *   interrupted.
 *
 * Entries and skips together cover 0 … N without a gap, so they fold to the checkpoint's root. An
 * entry that no published checkpoint covers yet has "checkpoint":null; such entries come last, and
 * nothing is skipped among them. Without any published checkpoint, `log`, `vkey` and `checkpoint` of
 * the header are null, `size` is 0 and there are no skips.
 *
 * The companion (`proof`): the same lines without `log`, `checkpoint` and `entry`, for the entries
 * below N only; the header has "proof" instead of "export". With it, the formats below verify as
 * JSON Lines do.
 *
 * CSV: columns `seq leafHash log checkpoint … entry` (RFC 4180, all quoted); the last one, `entry`,
 * holds the exact text. OCSF: one event per line; `raw_data` holds the exact text, `unmapped` has
 * `log_origin seq leaf_hash checkpoint_size`. CEF: one event per line; the last key, `rawEvent`,
 * holds the exact text (escaped as CEF requires), `cn1` seq, `cn2` checkpoint, `cs1` leafHash, `cs2`
 * log. For entries without a checkpoint, the cell is empty, the value null, or the key missing.
 */
export const exportFormats = ["jsonl", "csv", "ocsf", "cef", "proof"] as const;
export type ExportFormat = (typeof exportFormats)[number];
export const isExportFormat = (value: string): value is ExportFormat =>
  (exportFormats as readonly string[]).includes(value);

/** Missing entry numbers of a source, as listed in the header of an export. */
export type ExportGap = Readonly<{ id: string; boot: string; missing: string; count: number }>;

export type ExportHeader = Readonly<{
  v: 1;
  log: string | null;
  vkey: string | null;
  /** The signed note of the checkpoint that the export folds to. */
  checkpoint: string | null;
  size: number;
  filter: string;
  /** The fields of the filter, if there is one. */
  query?: Readonly<Record<string, string>>;
  order: "asc";
  count: number;
  sources: readonly ExportGap[];
}>;

/** The media type and the file name extension. */
export const exportTypes: Readonly<
  Record<ExportFormat, Readonly<{ type: string; extension: string }>>
> = {
  jsonl: { type: "application/jsonl; charset=utf-8", extension: "jsonl" },
  csv: { type: "text/csv; charset=utf-8", extension: "csv" },
  ocsf: { type: "application/jsonl; charset=utf-8", extension: "ocsf.jsonl" },
  cef: { type: "text/plain; charset=utf-8", extension: "cef" },
  proof: { type: "application/jsonl; charset=utf-8", extension: "proof.jsonl" },
};

/** An entry with what every format contains. `text` is exactly what is hashed. */
export type ExportedEntry = Readonly<{
  seq: number;
  leafHash: string;
  log: string | null;
  checkpoint: number | null;
  record: EntryRecord;
  text: string;
}>;
