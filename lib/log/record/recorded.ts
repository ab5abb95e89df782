import type { EntryId } from "@/lib/format/ids";

/** What a use case did, and the entry that recorded it. */
export type Recorded<T> = Readonly<{ result: T; entryId: EntryId }>;

/**
 * The same of a use case that may have nothing to record, for example because another process was
 * first and recorded it; `entryId` is then null.
 */
export type MaybeRecorded<T> = Readonly<{ result: T; entryId: EntryId | null }>;
