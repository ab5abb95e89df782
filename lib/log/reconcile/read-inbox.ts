import type { Database } from "@/lib/runtime/deps";
import type { EntryRecord } from "@/lib/log/types";
import { readInboxEntries } from "./reconcile-repository";

/** The readable entries in the inbox about these targets, in order. */
export const readInboxAbout = async (
  { pool }: Pick<Database, "pool">,
  targets: readonly string[],
): Promise<EntryRecord[]> => (await readInboxEntries(pool, targets)).map(({ record }) => record);
