import type { ExportedEntry } from "./export/types";
import type { EntryRecord } from "./types";

const columns: readonly (readonly [name: string, value: (record: EntryRecord) => unknown])[] = [
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

// What a spreadsheet would take for a formula, also behind spaces and in the full-width forms.
const harmless = /^[A-Za-z0-9{["]/;
const formula = /^[\s\p{Cc}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** One field by RFC 4180, always quoted; a text that a spreadsheet would run gets an apostrophe in front. */
export function csvField(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value as string | number);
  // Most begin with a letter or a digit, and the whole test for each of them would be half of the cost of an export.
  const safe = harmless.test(text) || !formula.test(text) ? text : `'${text}`;
  return `"${safe.includes('"') ? safe.replaceAll('"', '""') : safe}"`;
}

const own: readonly (readonly [name: string, value: (entry: ExportedEntry) => unknown])[] = [
  ["seq", (e) => e.seq],
  ["leafHash", (e) => e.leafHash],
  ["log", (e) => e.log],
  ["checkpoint", (e) => e.checkpoint],
];

export const csvHeader = `${[...[...own, ...columns].map(([name]) => name), "entry"].map(csvField).join(",")}\r\n`;

/** One entry as a row. Its last cell is the exact text that is hashed, which begins with a brace and so is never changed. */
export const csvRow = (entry: ExportedEntry): string =>
  `${[...own.map(([, value]) => value(entry)), ...columns.map(([, value]) => value(entry.record)), entry.text].map(csvField).join(",")}\r\n`;
