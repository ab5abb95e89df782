import type { z } from "zod";
import type { FilterProblem } from "@/components/filters/filter-problems";
import type { Params } from "@/components/filters/list-href";

export type SearchParams = Promise<Record<string, string | string[] | undefined>>;
type ListQuery<T> = Readonly<{ query: T; params: Params; problems: readonly FilterProblem[] }>;

/**
 * Reads the filters of a list from the URL. An invalid filter is ignored and named in `problems`, so
 * that the page can warn about it. `params` holds all filters as given, for links that keep them.
 */
export async function readQuery<S extends z.ZodObject>(
  schema: S,
  searchParams: SearchParams,
): Promise<ListQuery<z.output<S>>> {
  const params: Record<string, string> = {};
  const problems: FilterProblem[] = [];
  const filterNames = Object.keys(schema.shape);
  for (const [name, value] of Object.entries(await searchParams)) {
    const [text = "", ...others] = Array.isArray(value) ? value : [value ?? ""];
    for (const other of others)
      problems.push({
        name,
        value: other,
        message: "Given more than once: only the first is used.",
      });
    if (!text) continue;
    params[name] = text;
  }
  const validFilters: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    const problem = problemOf(schema, filterNames, name, value);
    if (problem === null) validFilters[name] = value;
    else problems.push({ name, value, message: problem });
  }
  return { query: schema.parse(validFilters), params, problems };
}

function problemOf(
  schema: z.ZodObject,
  filterNames: readonly string[],
  name: string,
  value: string,
): string | null {
  if (!filterNames.includes(name)) return "Unknown filter.";
  const parsed = schema.safeParse({ [name]: value });
  if (parsed.success) return null;
  return parsed.error.issues.find(({ path }) => path[0] === name)?.message ?? null;
}
