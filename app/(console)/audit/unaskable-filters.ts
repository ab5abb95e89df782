import type { FilterProblem } from "@/components/filters/filter-problems";
import { type Period, withoutPeriod } from "@/lib/log/period";
import { readAskedWords } from "@/lib/log/pure/asked-words";
import { parseMoment } from "@/lib/log/schema";

type Asked = Readonly<{
  from?: string | undefined;
  to?: string | undefined;
  period?: Period | "" | undefined;
  q?: string | undefined;
}>;
type List<Q> = Readonly<{ query: Q; problems: readonly FilterProblem[] }>;

/**
 * Takes an end before the start, and words that can't be asked for, as invalid filters: ignored with
 * a warning.
 */
export function withoutUnaskable<Q extends Asked, L extends List<Q>>(
  list: L & List<Q>,
  now: Date,
): L {
  const problems = [timesProblem(list.query, now), wordsProblem(list.query)].filter(
    (problem) => problem !== null,
  );
  const dropped = Object.fromEntries(problems.map(({ name }) => [name, undefined]));
  return {
    ...list,
    query: { ...list.query, ...dropped },
    problems: [...list.problems, ...problems],
  };
}

function timesProblem(query: Asked, now: Date): FilterProblem | null {
  const { from, to } = withoutPeriod(query, now);
  const start = from ? parseMoment(from) : null;
  const end = to ? parseMoment(to, true) : null;
  if (!start || !end || end > start) return null;
  return query.to
    ? { name: "to", value: query.to, message: "The end is before the start." }
    : { name: "from", value: query.from ?? "", message: "The start is after the end." };
}

function wordsProblem({ q = "" }: Asked): FilterProblem | null {
  const { problem } = readAskedWords(q);
  return problem === null ? null : { name: "q", value: q, message: problem };
}
