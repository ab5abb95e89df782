import { z } from "zod";
import { searchWordsMax, wordsOf } from "./search-terms";

/** What is typed into the search of a list. */
export const searchText = z
  .string()
  .trim()
  .max(256)
  .refine((text) => wordsOf(text).length <= searchWordsMax, {
    message: `Search for at most ${searchWordsMax} words.`,
  })
  .optional();
