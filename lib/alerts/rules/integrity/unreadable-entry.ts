import type { EntryRule } from "@/lib/alerts/types";

/** Bytes in the log that no version of Chancery wrote, so that readers had to skip them. */
export const unreadableEntry: EntryRule = {
  name: "unreadable-entry",
  title: "Unreadable entry in the log",
  severity: "high",
  explanation:
    "The log holds an entry that a reader of it can't read and skipped: the bytes aren't those of an entry, or they say something that no version of Chancery writes. Someone with access to the database or to a process of Chancery wrote it. Open the entry to see its bytes.",
  quietBecause:
    "Everything that Chancery records is checked before it is written. All such entries are counted in one alert, with their numbers.",
  values: [],
  // The reader itself reports these entries, because they have no facts to evaluate.
  evaluate: () => null,
};
