import type { EntryRecord } from "./types";

const columns: readonly (readonly [name: string, value: (record: EntryRecord) => unknown])[] = [
  ["id", (e) => e.id], ["ts", (e) => e.ts], ["action", (e) => e.action], ["outcome", (e) => e.outcome], ["reason", (e) => e.reason],
  ["actorKind", (e) => e.actor.kind], ["actorId", (e) => e.actor.id], ["actor", (e) => e.actor.label],
  ["targetKind", (e) => e.target?.kind], ["targetId", (e) => e.target?.id], ["target", (e) => e.target?.label],
  ["certificateId", (e) => e.credential?.certificateId], ["serial", (e) => e.credential?.serial], ["fingerprintSha256", (e) => e.credential?.fingerprintSha256],
  ["ip", (e) => e.origin.ip], ["port", (e) => e.origin.port], ["userAgent", (e) => e.origin.userAgent], ["via", (e) => e.origin.via.join(" ")],
  ["requestId", (e) => e.requestId], ["correlationId", (e) => e.correlationId], ["details", (e) => JSON.stringify(e.details)], ["decision", (e) => e.decision && JSON.stringify(e.decision)],
];

// What a spreadsheet would take for a formula, also behind spaces and in the full-width forms.
const formula = /^[\s\p{Cc}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** One field by RFC 4180, always quoted; a text that a spreadsheet would run gets an apostrophe in front. */
export function csvField(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value as string | number);
  return `"${(formula.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

export const csvHeader = `${["seq", "leafHash", ...columns.map(([name]) => name)].map(csvField).join(",")}\r\n`;

export const csvRow = (seq: number, leafHashHex: string, record: EntryRecord): string =>
  `${[seq, leafHashHex, ...columns.map(([, value]) => value(record))].map(csvField).join(",")}\r\n`;
