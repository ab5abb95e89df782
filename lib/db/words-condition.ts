import { patternsOf, wordsOf } from "@/lib/format/search-terms";

type Searched = Readonly<{
  /** The column of the id. */
  id: string;
  /** What is searched, folded, as an expression; in the words of its index if it has one. */
  folded: string;
}>;

/**
 * The condition, in SQL, that a row has each word of a search somewhere in its text, or the whole
 * search as its id. `parameter` keeps a value and returns its place, such as `$3`.
 */
export function wordsCondition(
  search: string,
  { id, folded }: Searched,
  parameter: (value: unknown) => string,
): string {
  const words = wordsOf(search).map((word) => {
    const matches = patternsOf(word).map((pattern) => `${folded} like ${parameter(pattern)}`);
    return `(${matches.join(" or ")})`;
  });
  return `${id} = ${parameter(search)} or (${words.join(" and ") || "false"})`;
}
