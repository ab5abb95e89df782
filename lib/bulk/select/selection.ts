import { AppError } from "@/lib/errors/app-error";
import { type BulkNoun, type BulkPreview, type Exclusion, maxBulkItems } from "@/lib/bulk/schema";

/** What would be changed, in the order of the ids, and the state of each. */
export type SelectedItem = Readonly<{ id: string; state: string }>;
export type Selection = Readonly<{
  selected: number;
  items: readonly SelectedItem[];
  excluded: readonly Readonly<{ why: Exclusion; name: string }>[];
  /** Which identities the items are, belong to or are about. */
  identityIds: readonly string[];
  /** Of the items: valid certificates without a successor. */
  withoutSuccessor: number;
  /** Of alerts only. */
  severities?: BulkPreview["severities"];
}>;
/** Refuses what is too much for one action, or another number than the list showed. */
export function assertCount(noun: BulkNoun, found: number, count: number | undefined): void {
  if (found > maxBulkItems)
    throw new AppError(
      "bulk.too-many",
      `More than ${maxBulkItems} ${noun} match. Add a filter, and do it in several parts.`,
    );
  if (count !== undefined && found !== count)
    throw new AppError(
      "bulk.count-changed",
      `The list showed ${count} ${noun}, and ${found} match now. Nothing was done. Reload the list and try again.`,
    );
}
