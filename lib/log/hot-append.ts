import type { PoolClient } from "@/lib/db/database";
import { insertEntries, joinEntries, valuesOf } from "./append";
import { recordUnavailable } from "./record-unavailable";

/**
 * Appends encoded entries inside the transaction that is open on `client`, for the few statements that go round Prisma. Same bytes, same
 * inbox, same guards as an audited transaction. Throws AppError `record.unavailable`; the caller must then roll back.
 */
export async function appendWithClient(client: PoolClient, entries: readonly Uint8Array[]): Promise<void> {
  if (entries.length === 0) return;
  try {
    await client.query({ ...insertEntries, values: valuesOf(joinEntries(entries)) });
  } catch (error) {
    throw recordUnavailable(error);
  }
}
