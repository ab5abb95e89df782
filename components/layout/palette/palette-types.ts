import type { NavItemId } from "../nav-items";

/** One line of the command palette: a page, a search result or a command. */
export type PaletteEntry = Readonly<{
  id: string;
  /** Its heading: "Go to", "Certificates", "Actions". */
  group: string;
  label: string;
  /** The second line, also searched. */
  hint?: string | undefined;
  /** What names it and nothing else, besides its label: its id, number, serial, slug or address. */
  exact?: readonly string[] | undefined;
  /** Where it leads, unless it has something to run. */
  href?: string | undefined;
  run?: (() => void) | undefined;
  icon?: NavItemId | undefined;
  keys?: readonly string[] | undefined;
}>;

/** Searches everything that the role can read on the server. */
export type PaletteSearch = (query: string) => Promise<readonly PaletteEntry[]>;
