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

/** Ids separated by commas, as a URL has them; at most some 200. */
export const idList = z
  .string()
  .max(8_000, "At most 8,000 characters.")
  .regex(/^[\w,]*$/, "Enter IDs separated by commas.");

export const idsOf = (list: string): string[] => list.split(",").filter(Boolean);
