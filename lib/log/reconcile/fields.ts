import { sha256Hex } from "@/lib/format/hash";
import { timeOfId } from "@/lib/format/ids";
import { maskSecrets } from "@/lib/format/mask-secrets";
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
  typeof value === "string"
    ? maskSecrets(value).slice(0, comparedChars).replace(loneSurrogate, "�")
    : null;

/** The suffix of fields with a time in milliseconds that is close to that of an entry. */
const near = " (near)";
/** How far apart an entry and a row of one transaction may be dated. */
const nearMs = 5 * 60_000;

const isNear = (one: string | null | undefined, other: string | null): boolean =>
  one !== null &&
  one !== undefined &&
  other !== null &&
  Math.abs(Number(one) - Number(other)) <= nearMs;

/** A time in whole milliseconds, or in whole seconds where entries are no more precise. */
export const millisOf = (value: unknown): string | null =>
  typeof value === "string" ? String(Date.parse(value)) : null;
export const secondsOf = (value: unknown): string | null =>
  typeof value === "string" ? String(Math.floor(Date.parse(value) / 1000)) : null;

export const textOf = (value: unknown): string | null =>
  typeof value === "string" || typeof value === "number" ? String(value) : null;

/** Compares a row's creation time with its ID, which holds that time and never changes. */
export function createdDifferences(id: string, created: string | null | undefined): string[] {
  const made = timeOfId(id);
  if (created === undefined || made === null || isNear(created, String(made))) return [];
  const text = created === null ? "empty" : (isoOf(Number(created)) ?? created);
  return [`its creation date is ${text}, but its ID was made at ${new Date(made).toISOString()}`];
}

/** Null for what no date in JavaScript can be: the database has more years, and `infinity`. */
function isoOf(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

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
    if (name.endsWith(near) && isNear(row[name], value)) return [];
    const formatTime = (one: string | null | undefined): string =>
      one === null || one === undefined || !/^\d+$/.test(one)
        ? formatText(one)
        : (isoOf(Number(one) * (name.endsWith(" (seconds)") ? 1000 : 1)) ?? formatText(one));
    const format = / \((?:UTC|seconds|near)\)$/.test(name) ? formatTime : formatText;
    return [
      `its ${name.replace(/ \(.*\)$/, "")} is ${format(row[name])} in the table, but ${format(value)} according to the log`,
    ];
  });
}

/** Entries may say anything: what is no list is an empty one. */
export const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A list that a row has as JSON. */
export const parseList = (json: string | null | undefined): readonly string[] =>
  JSON.parse(json ?? "[]") as readonly string[];

/**
 * A whole text that is compared, where its end decides as much as its beginning: the text, or its
 * digest if it is long. Only for what entries have whole.
 */
export function wholeText(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const masked = maskSecrets(value);
  return masked.length <= comparedChars
    ? masked
    : `${masked.slice(0, 40)}… with the digest ${sha256Hex(masked)}`;
}

/** A whole list as one text that is compared: the list, or its digest if it is long. */
export function listText(values: unknown): string {
  const masked = listIn(values).map((value) => maskSecrets(String(value)));
  const text = masked.join(", ");
  return text.length <= comparedChars
    ? text
    : `${masked.length} values with the digest ${sha256Hex(JSON.stringify(masked))}`;
}
