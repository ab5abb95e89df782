import { recordOf } from "../summary";
import type { EntryRecord } from "../types";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The record in these bytes, of which nothing is certain: they may have been changed. Its target is one or null, its details an object. Null
 * if they are no JSON object.
 */
export function recordOrNull(entry: Uint8Array): EntryRecord | null {
  try {
    const record: unknown = recordOf(entry);
    if (!isObject(record)) return null;
    const { target, details, src } = record as Partial<EntryRecord>;
    if (
      isObject(details) &&
      (target === null || isObject(target)) &&
      (src === undefined || isObject(src))
    )
      return record as unknown as EntryRecord;
    const sound = {
      ...record,
      details: isObject(details) ? details : {},
      target: isObject(target) ? target : null,
    } as EntryRecord;
    return isObject(src) ? { ...sound, src } : sound;
  } catch {
    return null;
  }
}
