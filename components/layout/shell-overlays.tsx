"use client";

import { CommandPalette } from "./palette/command-palette";
import { KeyboardShortcuts } from "./keyboard-shortcuts";
import type { PaletteEntry, PaletteSearch } from "./palette/palette-types";
import type { NavGroup } from "./nav-items";
import { preferenceCommands } from "./palette/preference-commands";
import { useGlobalKeys } from "./use-global-keys";

type Props = Readonly<{
  groups: readonly NavGroup[];
  commands: readonly PaletteEntry[];
  search?: PaletteSearch | undefined;
  signOut: () => Promise<void>;
}>;

/** The command palette, the list of shortcuts, and the shortcuts themselves. */
export function ShellOverlays({ groups, commands, search, signOut }: Props) {
  useGlobalKeys(groups);
  const pages = groups
    .flatMap((group) => group.items)
    .map((item): PaletteEntry => ({
      id: `page-${item.id}`,
      group: "Go to",
      label: item.label,
      href: item.href,
      icon: item.id,
      keys: ["g", item.key],
    }));
  return (
    <>
      <CommandPalette
        entries={[...commands, ...pages, ...preferenceCommands(signOut)]}
        search={search}
      />
      <KeyboardShortcuts groups={groups} />
    </>
  );
}
