"use client";

import { useEffect, useState } from "react";
import type { PaletteEntry, PaletteSearch } from "./palette-types";

const pauseMs = 140;
/** Shorter texts search only what the console offers by itself. */
export const queryLengthMin = 2;

export type PaletteResults = Readonly<{
  query: string;
  entries: readonly PaletteEntry[];
  state: "idle" | "searching" | "failed";
}>;

const noResults: PaletteResults = { query: "", entries: [], state: "idle" };

/**
 * The results of the server search, a moment after the user stops typing. Late answers to an earlier
 * query are dropped.
 */
export function usePaletteSearch(query: string, search: PaletteSearch | undefined): PaletteResults {
  const [results, setResults] = useState<PaletteResults>(noResults);
  const trimmed = query.trim();
  const isEnabled = search !== undefined && trimmed.length >= queryLengthMin;
  useEffect(() => {
    if (!isEnabled) return;
    let isStale = false;
    const timer = setTimeout(() => {
      search(trimmed).then(
        (entries) => {
          if (!isStale) setResults({ query: trimmed, entries, state: "idle" });
        },
        () => {
          if (!isStale) setResults({ query: trimmed, entries: [], state: "failed" });
        },
      );
    }, pauseMs);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [search, trimmed, isEnabled]);
  if (!isEnabled) return noResults;
  return results.query === trimmed ? results : { ...results, state: "searching" };
}
