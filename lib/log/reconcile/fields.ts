import type { EntryRecord } from "@/lib/log/types";

/** An entry to replay; `seq` is null while it is in the inbox. */
export type ReplayedEntry = Readonly<{ seq: number | null; record: EntryRecord }>;

/**
 * The fields of an entity by name, as text: as its row has them, or as the log implies them.
 * Undefined: unknown from the log, so not compared.
 */
export type Fields = Readonly<Record<string, string | null | undefined>>;

/** Entries truncate long texts at different lengths; only this prefix is compared. */
const comparedChars = 150;
const loneSurrogate = /\p{Surrogate}/gu;

/** A text in the form that is compared: truncated and cleaned as entries are. */
export const comparable = (value: unknown): string | null =>
  typeof value === "string" ? value.slice(0, comparedChars).replace(loneSurrogate, "�") : null;

/** A time in whole milliseconds, or in whole seconds where entries are no more precise. */
export const millisOf = (value: unknown): string | null =>
  typeof value === "string" ? String(Date.parse(value)) : null;
export const secondsOf = (value: unknown): string | null =>
  typeof value === "string" ? String(Math.floor(Date.parse(value) / 1000)) : null;

export const textOf = (value: unknown): string | null =>
  typeof value === "string" || typeof value === "number" ? String(value) : null;

const formatText = (value: string | null | undefined): string =>
  value === null || value === undefined
    ? "empty"
    : value.length > 100
      ? `${value.slice(0, 100)}…`
      : value;

/** Describes how a row differs from what the log implies. */
export function findDifferences(row: Fields, expected: Fields): string[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    if (value === undefined || row[name] === undefined || row[name] === value) return [];
    const formatTime = (one: string | null | undefined): string =>
      one === null || one === undefined || !/^\d+$/.test(one)
        ? formatText(one)
        : new Date(Number(one) * (name.endsWith(" (UTC)") ? 1 : 1000)).toISOString();
    const format = name.endsWith(" (UTC)") || name.endsWith(" (seconds)") ? formatTime : formatText;
    return [
      `its ${name.replace(/ \(.*\)$/, "")} is ${format(row[name])} in the table, but ${format(value)} according to the log`,
    ];
  });
}
