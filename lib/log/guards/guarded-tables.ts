import { accessTables } from "./access-tables";
import { acmeTables } from "./acme-tables";
import { alertTables } from "./alert-tables";
import { bulkTables } from "./bulk-tables";
import { certificateTables } from "./certificate-tables";
import { enrollmentTables } from "./enrollment-tables";
import type { GuardedTable } from "./types";

/**
 * Every table of schema public whose rows decide something, and the entries that each change of
 * them needs. The migrations make the triggers from this (see guard-sql), and a test compares them:
 * a table that is neither here nor in `exemptTables` fails it.
 */
export const guardedTables: Readonly<Record<string, GuardedTable>> = {
  ...certificateTables,
  ...bulkTables,
  ...accessTables,
  ...alertTables,
  ...acmeTables,
  ...enrollmentTables,
};
