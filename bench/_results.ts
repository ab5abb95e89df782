import { appendFileSync } from "node:fs";

/** One figure of the table that `npm run bench` ends with. */
export type Result = Readonly<{
  measure: string;
  value: number;
  unit: string;
  /** The same by the peer or limit, measured in the same run. */
  limit: number;
  limitIs: string;
  /** The part of the limit that is reached: 1 is as good, more is better. */
  ratio: number;
  /** What else belongs to the figure, such as the 99th percentile. */
  note?: string;
}>;

/**
 * Keeps a figure for the table over all benchmarks, which their runner makes and writes to
 * `bench/results.json`. `ratio` is value ÷ limit, or limit ÷ value where less is better.
 */
export function report(result: Omit<Result, "ratio"> & { readonly lessIsBetter?: boolean }): void {
  const { lessIsBetter = false, ...rest } = result;
  const ratio = lessIsBetter ? rest.limit / rest.value : rest.value / rest.limit;
  const file = process.env["BENCH_RESULTS"];
  if (file) appendFileSync(file, `${JSON.stringify({ ...rest, ratio } satisfies Result)}\n`);
}
