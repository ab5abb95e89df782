import type { EntryRecord } from "../types";

/** An entry as it is replayed; `seq` is null while it waits in the inbox. */
export type Replayed = Readonly<{ seq: number | null; record: EntryRecord }>;

/** Facts by name, as texts: of a row, or as the log has them. What is undefined the log does not tell. */
export type Fields = Readonly<Record<string, string | null | undefined>>;

/** Entries cut long texts, each kind at another length; what comes after this is not compared. */
const COMPARED_CHARS = 150;
const loneSurrogate = /\p{Surrogate}/gu;

/** A text as entries keep it, for comparing. */
export const fit = (said: unknown): string | null =>
  typeof said === "string" ? said.slice(0, COMPARED_CHARS).replace(loneSurrogate, "�") : null;

/** A time in whole milliseconds or, where entries keep no more, whole seconds. */
export const millisOf = (said: unknown): string | null =>
  typeof said === "string" ? String(Date.parse(said)) : null;
export const secondsOf = (said: unknown): string | null =>
  typeof said === "string" ? String(Math.floor(Date.parse(said) / 1000)) : null;

export const textOf = (said: unknown): string | null =>
  typeof said === "string" || typeof said === "number" ? String(said) : null;

const show = (value: string | null | undefined): string =>
  value === null || value === undefined
    ? "nothing"
    : value.length > 100
      ? `${value.slice(0, 100)}…`
      : value;

/** What a row says otherwise than the log, in words; times in a form that people read. */
export function differencesOf(row: Fields, expected: Fields): string[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    if (value === undefined || row[name] === undefined || row[name] === value) return [];
    const asTime = (one: string | null | undefined): string =>
      one === null || one === undefined || !/^\d+$/.test(one)
        ? show(one)
        : new Date(Number(one) * (name.endsWith(" (UTC)") ? 1 : 1000)).toISOString();
    const say = name.endsWith(" (UTC)") || name.endsWith(" (seconds)") ? asTime : show;
    return [
      `its ${name.replace(/ \(.*\)$/, "")} is ${say(row[name])} in the table, ${say(value)} by the log`,
    ];
  });
}
