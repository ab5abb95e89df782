"use client";

import { CommandPalette } from "./command-palette";
import { KeyList } from "./key-list";
import type { PaletteEntry, PaletteSearch } from "./palette-types";
import type { PlaceGroup } from "./places";
import { useGlobalKeys } from "./use-global-keys";

type Props = Readonly<{
  groups: readonly PlaceGroup[];
  acts: readonly PaletteEntry[];
  search?: PaletteSearch | undefined;
}>;

/** What the keyboard reaches: palette, list of keys, g with a letter. */
export function ShellKeys({ groups, acts, search }: Props) {
  useGlobalKeys(groups);
  const pages = groups
    .flatMap((group) => group.places)
    .map((place): PaletteEntry => ({
      id: `page-${place.id}`,
      group: "Go to",
      label: place.label,
      href: place.href,
      place: place.id,
      keys: ["g", place.key],
    }));
  return (
    <>
      <CommandPalette entries={[...acts, ...pages]} search={search} />
      <KeyList groups={groups} />
    </>
  );
}
