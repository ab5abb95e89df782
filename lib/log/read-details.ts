import { z } from "zod";
import type { EntryDetails, EntryRecord } from "./types";

const count = z.number();
const verification = z.object({
  requestEntryId: z.string(),
  size: count,
  checkpointSize: count.nullable(),
  level: z.enum(["witnessed", "signed", "unsealed"]),
  milliseconds: count,
  checks: z.array(z.object({ name: z.string(), checked: count, problems: count })),
  problems: z.array(z.string()),
});
const drill = z.object({
  requestEntryId: z.string(),
  entries: count,
  milliseconds: count,
  attacks: z.array(
    z.object({
      name: z.string(),
      what: z.string(),
      sql: z.array(z.string()),
      expected: z.string(),
      caughtBy: z.array(z.string()),
      milliseconds: count,
      finding: z.string(),
    }),
  ),
});

/**
 * The details of an entry that a page relies on, or null if they have another form: the form of an
 * entry says nothing about its details.
 */
export const readVerificationDetails = (record: EntryRecord) =>
  detailsOf("verification.finished", record, verification);
export const readDrillDetails = (record: EntryRecord) => detailsOf("drill.finished", record, drill);

function detailsOf<A extends keyof EntryDetails, D extends EntryDetails[A]>(
  action: A,
  record: EntryRecord,
  schema: z.ZodType<D>,
): D | null {
  if (record.action !== action) return null;
  const parsed = schema.safeParse(record.details);
  return parsed.success ? parsed.data : null;
}
