import { z } from "zod";
import { bytesBeginningWith, searchWordsMax, wordsOf } from "./search-terms";

const text = z.string().trim().max(256);
const hasFewWords = (given: string): boolean => wordsOf(given).length <= searchWordsMax;
const message = `Search for at most ${searchWordsMax} words.`;

/** What is typed into the search of a list. */
export const searchText = text.refine(hasFewWords, { message }).optional();

/** The same where numbers are searched too: their digits may have spaces between them. */
export const searchTextOrNumber = text
  .refine((given) => hasFewWords(given) || bytesBeginningWith(given) !== null, { message })
  .optional();

/** Ids separated by commas, as a URL has them; at most some 200. */
export const idList = z
  .string()
  .max(8_000, "At most 8,000 characters.")
  .regex(/^[\w,]*$/, "Enter IDs separated by commas.");

export const idsOf = (list: string): string[] => list.split(",").filter(Boolean);
