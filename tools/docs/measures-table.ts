/** What `npm run bench` writes to bench/results.json. */
export type BenchResults = Readonly<{
  /** YYYY-MM-DD. */
  day: string;
  machine: Readonly<{ cores: number; processor: string; node: string }>;
  load: Readonly<{ before: number; after: number }>;
  rows: readonly Readonly<{
    measure: string;
    value: number;
    unit: string;
    limit: number;
    limitIs: string;
    ratio: number;
    note?: string;
  }>[];
}>;

/**
 * The document with a table of these results in the place of the one before. Throws if it has no
 * such place.
 */
export const withMeasures = (document: string, results: BenchResults): string =>
  replacePart(document, { name: "measures", command: "docs:benchmarks" }, renderMeasures(results));

/** A part of a document that a command writes, between two comments that name both. */
export type WrittenPart = Readonly<{ name: string; command: string }>;

/** The document with this text as that part. Throws if it has no such place. */
export function replacePart(document: string, part: WrittenPart, text: string): string {
  const begin = `<!-- ${part.name}: npm run ${part.command} writes this part -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(`<!-- end of ${part.name} -->`);
  if (from < 0 || to < from)
    throw new Error(`docs/benchmarks.md has no place for the table "${part.name}".`);
  return `${document.slice(0, from)}${begin}\n\n${text}\n\n${document.slice(to)}`;
}

function renderMeasures({ day, machine, load, rows }: BenchResults): string {
  const { cores, processor, node } = machine;
  const lines = rows.map(({ measure, value, unit, limit, limitIs, ratio, note = "" }) =>
    [measure, `${round(value)} ${unit}`, `${round(limit)} (${limitIs})`, ratio.toFixed(2), note]
      .map((text) => text.replaceAll("|", "\\|"))
      .join(" | "),
  );
  return [
    `Measured on ${day} with ${cores} processors (${processor.trim()}), Node.js ${node}; load ${load.before.toFixed(1)} before and ${load.after.toFixed(1)} after.`,
    "",
    "| Measure | Value | Limit or peer of the same run | Ratio | |",
    "| --- | --- | --- | --- | --- |",
    ...lines.map((line) => `| ${line} |`),
  ].join("\n");
}

const round = (value: number): string =>
  value >= 100
    ? Math.round(value).toLocaleString("en")
    : value.toLocaleString("en", { maximumSignificantDigits: 3 });
