import type { ExportedEntry } from "./types";
import type { EntryRecord } from "@/lib/log/types";

const entryColumns: readonly (readonly [name: string, value: (record: EntryRecord) => unknown])[] =
  [
    ["id", (e) => e.id],
    ["ts", (e) => e.ts],
    ["action", (e) => e.action],
    ["outcome", (e) => e.outcome],
    ["reason", (e) => e.reason],
    ["actorKind", (e) => e.actor.kind],
    ["actorId", (e) => e.actor.id],
    ["actor", (e) => e.actor.label],
    ["targetKind", (e) => e.target?.kind],
    ["targetId", (e) => e.target?.id],
    ["target", (e) => e.target?.label],
    ["certificateId", (e) => e.credential?.certificateId],
    ["serial", (e) => e.credential?.serial],
    ["fingerprintSha256", (e) => e.credential?.fingerprintSha256],
    ["ip", (e) => e.origin.ip],
    ["port", (e) => e.origin.port],
    ["userAgent", (e) => e.origin.userAgent],
    ["via", (e) => e.origin.via.join(" ")],
    ["requestId", (e) => e.requestId],
    ["correlationId", (e) => e.correlationId],
    ["details", (e) => JSON.stringify(e.details)],
    ["decision", (e) => e.decision && JSON.stringify(e.decision)],
  ];

// What a spreadsheet would evaluate as a formula, also after spaces and in full-width forms.
const plainStart = /^[A-Za-z0-9{["]/;
const formulaStart = /^[\s\p{Cc}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/**
 * A field (RFC 4180), always quoted. A text that a spreadsheet would evaluate is prefixed with an
 * apostrophe.
 */
export function csvField(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value as string | number);
  // Most values start with a letter or digit; the full test for each would be half the cost of an
  // export.
  const safe = plainStart.test(text) || !formulaStart.test(text) ? text : `'${text}`;
  return `"${safe.includes('"') ? safe.replaceAll('"', '""') : safe}"`;
}

const exportColumns: readonly (readonly [
  name: string,
  value: (entry: ExportedEntry) => unknown,
])[] = [
  ["seq", (e) => e.seq],
  ["leafHash", (e) => e.leafHash],
  ["log", (e) => e.log],
  ["checkpoint", (e) => e.checkpoint],
];

/** Without it, Excel reads UTF-8 as the code page of its computer. It is no part of any record. */
const byteOrderMark = "\uFEFF";

export const csvHeader = `${byteOrderMark}${[...[...exportColumns, ...entryColumns].map(([name]) => name), "entry"].map(csvField).join(",")}\r\n`;

/** Whether a first line is the header, with or without the byte order mark: some readers drop it. */
export const isCsvHeader = (line: string): boolean =>
  line.slice(line.startsWith(byteOrderMark) ? 1 : 0) === csvHeader.slice(byteOrderMark.length);

/**
 * An entry as a row. The last cell is the exact text that is hashed; it starts with a brace, so it
 * is never prefixed.
 */
export const csvRow = (entry: ExportedEntry): string =>
  `${[...exportColumns.map(([, value]) => value(entry)), ...entryColumns.map(([, value]) => value(entry.record)), entry.text].map(csvField).join(",")}\r\n`;
