import { z } from "zod";
import { label } from "@/lib/format/label";
import { entryListQuery } from "@/lib/log/schema";

/** How many views a person can have. */
export const maxViews = 100;

const viewName = label(80, "Enter a name.");

/**
 * The filters of a view as the query of the audit log's URL, in one order and without the place in
 * the list; null if they are invalid.
 */
export function canonicalQuery(query: string): string | null {
  const given = Object.fromEntries(new URLSearchParams(query));
  const parsed = entryListQuery.safeParse(given);
  if (!parsed.success) return null;
  const { cursor: _, limit: __, ...filters } = parsed.data;
  const pairs = Object.entries(filters).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== "",
  );
  return new URLSearchParams(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1))).toString();
}

export const viewInput = z.strictObject({
  name: viewName,
  query: z
    .string()
    .max(2_000)
    .refine((query) => canonicalQuery(query) !== null, "These filters are invalid."),
});
export const viewRename = z.strictObject({ name: viewName });

export type ViewInput = z.input<typeof viewInput>;

/** A view of the audit log that a person saved: a name for filters. */
export type SavedView = Readonly<{
  id: string;
  name: string;
  /** The query of the audit log's URL. */
  query: string;
  createdAt: string;
}>;
