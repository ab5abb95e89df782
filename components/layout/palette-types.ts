/** One line of the command palette: a page, a thing or an act. */
export type PaletteEntry = Readonly<{
  id: string;
  /** The heading under which it stands: "Go to", "Certificates", "Acts". */
  group: string;
  label: string;
  /** Further words by which it is found, and a second line. */
  hint?: string | undefined;
  href: string;
  place?: string | undefined;
  keys?: readonly string[] | undefined;
}>;

/** Finds certificates, identities … by words while somebody types. */
export type PaletteSearch = (words: string) => Promise<readonly PaletteEntry[]>;
