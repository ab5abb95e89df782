import type { z } from "zod";
import type { FilterProblem } from "@/components/filters/filter-problems";
import type { Params } from "@/components/filters/list-address";

export type SearchParams = Promise<Record<string, string | string[] | undefined>>;
type Read<T> = Readonly<{ query: T; params: Params; problems: readonly FilterProblem[] }>;

/**
 * Reads a list's filters from the address. A filter that is not understood is left out and named in `problems`, so that the page can say that the
 * list is longer than it was asked to be. `params` holds what stood there, for links that keep it.
 */
export async function readQuery<S extends z.ZodObject>(
  schema: S,
  searchParams: SearchParams,
): Promise<Read<z.output<S>>> {
  const params: Record<string, string> = {};
  const problems: FilterProblem[] = [];
  const known = Object.keys(schema.shape);
  for (const [name, value] of Object.entries(await searchParams)) {
    const text = Array.isArray(value) ? value[0] : value;
    if (!text) continue;
    params[name] = text;
  }
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    const problem = problemOf(schema, known, name, value);
    if (problem === null) given[name] = value;
    else problems.push({ name, value, message: problem });
  }
  return { query: schema.parse(given), params, problems };
}

function problemOf(
  schema: z.ZodObject,
  known: readonly string[],
  name: string,
  value: string,
): string | null {
  if (!known.includes(name)) return "There is no filter of that name.";
  const parsed = schema.safeParse({ [name]: value });
  if (parsed.success) return null;
  return parsed.error.issues.find(({ path }) => path[0] === name)?.message ?? null;
}
