import { isAppError } from "@/lib/errors/app-error";
import type { EntryQuery } from "@/lib/log/schema";
import { parseFilter } from "@/lib/log/search/filter";

const ofLists = ["cursor", "limit", "order"];

/**
 * The filters in the address of an export or a stream, without the parameters of lists and `others`;
 * or what is wrong with them, in words. None is ignored, not even a repeated one.
 */
export function readFilters(
  address: string,
  others: readonly string[],
): Readonly<{ query: EntryQuery; problem: null } | { query: null; problem: string }> {
  const given = [...new URL(address).searchParams];
  const filters = given.filter(([name]) => !ofLists.includes(name) && !others.includes(name));
  const names = filters.map(([name]) => name);
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined) return { query: null, problem: `${repeated}: Given more than once.` };
  const query: EntryQuery = Object.fromEntries(filters);
  try {
    parseFilter(query);
    return { query, problem: null };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { query: null, problem: error.message };
  }
}
