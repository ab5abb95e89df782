"use client";

import { useEffect, useState } from "react";
import type { PaletteEntry, PaletteSearch } from "./palette-types";

const pauseMs = 140,
  wordsMin = 2;

export type Found = Readonly<{
  words: string;
  entries: readonly PaletteEntry[];
  state: "idle" | "searching" | "failed";
}>;

const nothing: Found = { words: "", entries: [], state: "idle" };

/** What a search finds for the words, a moment after typing stopped. Late answers to earlier words are dropped. */
export function usePaletteSearch(words: string, search: PaletteSearch | undefined): Found {
  const [found, setFound] = useState<Found>(nothing);
  const wanted = words.trim();
  const wants = search !== undefined && wanted.length >= wordsMin;
  useEffect(() => {
    if (!wants) return;
    let late = false;
    const timer = setTimeout(() => {
      search(wanted).then(
        (entries) => {
          if (!late) setFound({ words: wanted, entries, state: "idle" });
        },
        () => {
          if (!late) setFound({ words: wanted, entries: [], state: "failed" });
        },
      );
    }, pauseMs);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [search, wanted, wants]);
  if (!wants) return nothing;
  return found.words === wanted ? found : { ...found, state: "searching" };
}
