import type { FilterProblem } from "@/components/filters/filter-problems";
import { parseMoment } from "@/lib/log/schema";

type Times = Readonly<{ from?: string | undefined; to?: string | undefined }>;
type List<Q> = Readonly<{ query: Q; problems: readonly FilterProblem[] }>;

/** Takes an end before the start as an invalid filter, to be ignored with a warning. */
export function endsAfterStart<Q extends Times, L extends List<Q>>(list: L & List<Q>): L {
  const { from, to } = list.query;
  const start = from ? parseMoment(from) : null;
  const end = to ? parseMoment(to, true) : null;
  if (!to || !start || !end || end > start) return list;
  const problem = { name: "to", value: to, message: "The end is before the start." };
  return {
    ...list,
    query: { ...list.query, to: undefined },
    problems: [...list.problems, problem],
  };
}
