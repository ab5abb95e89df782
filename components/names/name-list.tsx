import { nameTypeLabels } from "@/components/names/shared/name-text";
import { plural } from "@/lib/format/count";
import type { HeldNameDto } from "@/lib/identities/schema";

const maxShown = 8;

/** Names in a dialog: the first of them, and how many more. */
export function NameList({
  names,
}: Readonly<{ names: readonly Pick<HeldNameDto, "id" | "type" | "value">[] }>) {
  return (
    <ul className="flex flex-col gap-0.5 rounded-md border border-border bg-sunken px-3 py-2">
      {names.slice(0, maxShown).map(({ id, type, value }) => (
        <li key={id} className="flex min-w-0 gap-2">
          <span className="w-10 shrink-0 text-xs leading-5 text-muted">{nameTypeLabels[type]}</span>
          <span className="min-w-0 font-mono text-xs leading-5 break-all">{value}</span>
        </li>
      ))}
      {names.length > maxShown && (
        <li className="text-xs leading-5 text-muted">and {names.length - maxShown} more</li>
      )}
    </ul>
  );
}

/** The only name, or how many: for titles. */
export const namesText = (names: readonly Pick<HeldNameDto, "value">[]): string =>
  names.length === 1 ? (names[0]?.value ?? "") : plural(names.length, "name");
