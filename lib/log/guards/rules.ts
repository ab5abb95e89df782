import type { EntryAction } from "@/lib/log/types";
import type { Basis, Case, Rule } from "./types";

/** An entry about the row itself. */
export const about = (...actions: EntryAction[]): Basis => ({ target: "new.id", actions });

/** Entries about the row itself, each enough for an insert. */
export const insertedBy = (...actions: EntryAction[]): readonly Case[] => [
  { by: [about(...actions)] },
];

/** These columns change with one of these entries about the row itself. */
export const changedBy = (
  columns: readonly string[],
  actions: readonly EntryAction[],
  more: Pick<Case, "whileHalted"> = {},
): Rule => ({ columns, cases: [{ by: [about(...actions)], ...more }] });

/**
 * A column that changes only with an entry whose list of changes has that field; with `value`, to
 * exactly what the entry says.
 */
export const listedChange = (
  column: string,
  action: EntryAction,
  { field = column, value = false }: Readonly<{ field?: string; value?: boolean }> = {},
): Rule => ({
  columns: [column],
  cases: [
    {
      by: [
        {
          ...about(action),
          says: value
            ? `e.j #>> '{details,changes,${field},to}' = new.${column}`
            : `e.j #> '{details,changes}' ? '${field}'`,
        },
      ],
    },
  ],
});
