/** Counters of one process: by the name of a metric, then by its labels as they are rendered. */
export type Counters = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The sum of both. */
export function addCounters(one: Counters, other: Counters): Counters {
  const sum: Record<string, Record<string, number>> = {};
  for (const counters of [one, other])
    for (const [name, samples] of Object.entries(counters))
      for (const [labels, value] of Object.entries(samples)) {
        const family = (sum[name] ??= {});
        family[labels] = (family[labels] ?? 0) + value;
      }
  return sum;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a message from another process has this shape. */
export const isCounters = (value: unknown): value is Counters =>
  isRecord(value) &&
  Object.values(value).every(
    (samples) =>
      isRecord(samples) &&
      Object.values(samples).every((count) => Number.isSafeInteger(count) && Number(count) >= 0),
  );
