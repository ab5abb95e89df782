import type { EntryRecord } from "../types";

/**
 * The shape of exports, a contract with every verifier (docs/log-format.md). All of them are in the order of the log, ascending.
 *
 * JSON Lines (`jsonl`), one JSON value a line, each line ended by "\n":
 *   {"export":{"v":1,"log":…,"vkey":…,"checkpoint":…,"size":N,"filter":…,"order":"asc","count":n,"sources":[…]}}   first
 *   {"seq":…,"leafHash":"hex","log":…,"checkpoint":N,"entry":{…}}      an entry; the text from after `"entry":` to before the last `}` is hashed
 *   {"skip":[from,to],"hashes":["base64",…]}                           numbers from (with) to (without) that the filter left out
 *   {"end":{"count":n,"entries":m}}                                    last; m entry lines were written, and it is missing if the export was cut off
 * Entries and skips together cover 0 … N without a gap, so they fold to the checkpoint's root. An entry that no published checkpoint covers
 * yet has "checkpoint":null; such entries come last and nothing is skipped among them. Without any published checkpoint `log`, `vkey` and
 * `checkpoint` of the header are null, `size` is 0 and there are no skips.
 *
 * The companion (`proof`): the same lines without `log`, `checkpoint` and `entry`, for the entries below N alone; the header has "proof" in
 * place of "export". With it the forms below verify like JSON Lines.
 *
 * CSV: columns `seq leafHash log checkpoint … entry` (RFC 4180, all quoted); `entry` is the last and holds the exact text.
 * OCSF: one event a line; `raw_data` holds the exact text, `unmapped` has `log_origin seq leaf_hash checkpoint_size`.
 * CEF: one event a line; `rawEvent`, the last key, holds the exact text (escaped as CEF has it), `cn1` seq, `cn2` checkpoint, `cs1` leafHash,
 * `cs2` log. What is not under a checkpoint has an empty cell, null, or no key.
 */
export const exportFormats = ["jsonl", "csv", "ocsf", "cef", "proof"] as const;
export type ExportFormat = (typeof exportFormats)[number];
export const isExportFormat = (said: string): said is ExportFormat =>
  (exportFormats as readonly string[]).includes(said);

/** Numbers of a source that never arrived, as the header of an export names them. */
export type ExportGap = Readonly<{ id: string; boot: string; missing: string; count: number }>;

export type ExportHeader = Readonly<{
  v: 1;
  log: string | null;
  vkey: string | null;
  /** The signed note of the checkpoint that the export folds to. */
  checkpoint: string | null;
  size: number;
  filter: string;
  order: "asc";
  count: number;
  sources: readonly ExportGap[];
}>;

/** Media type and ending of the file's name. */
export const exportTypes: Readonly<
  Record<ExportFormat, Readonly<{ type: string; ending: string }>>
> = {
  jsonl: { type: "application/jsonl; charset=utf-8", ending: "jsonl" },
  csv: { type: "text/csv; charset=utf-8", ending: "csv" },
  ocsf: { type: "application/jsonl; charset=utf-8", ending: "ocsf.jsonl" },
  cef: { type: "text/plain; charset=utf-8", ending: "cef" },
  proof: { type: "application/jsonl; charset=utf-8", ending: "proof.jsonl" },
};

/** An entry with what every format carries of it. `text` is exactly what is hashed. */
export type ExportedEntry = Readonly<{
  seq: number;
  leafHash: string;
  log: string | null;
  checkpoint: number | null;
  record: EntryRecord;
  text: string;
}>;
