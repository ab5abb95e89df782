import type { Growth, GrowthRow } from "@/bench/_growth-row";

type Measure = Exclude<keyof GrowthRow, "entries">;
type Panel = Readonly<{ title: string; measures: readonly Measure[] }>;

const panels: readonly Panel[] = [
  { title: "Log intake, entries a second", measures: ["intake, entries/s"] },
  { title: "Certificates a second, 16 connections", measures: ["certificates/s"] },
  { title: "Search over the API, p95 in ms", measures: ["search p95, ms"] },
  { title: "Export, MB a second", measures: ["export, MB/s"] },
  { title: "Database, bytes an entry", measures: ["bytes an entry"] },
  {
    title: "Memory, MB",
    measures: ["gateway, MB", "signer, MB", "console, MB", "PostgreSQL, MB"],
  },
];

const width = 380,
  height = 220,
  left = 56,
  right = 16,
  top = 44,
  bottom = 34;
/** Readable on a light and on a dark page. */
const colors = ["#3b82f6", "#d97706", "#10b981", "#a855f7"],
  gray = "#808080";

/**
 * Six line charts over the number of entries, as one SVG document. Each axis of values begins at
 * zero; entries are on a logarithmic scale. Needs two rows or more.
 */
export function drawGrowth({ rows }: Growth): string {
  const drawn = panels.map((panel, at) => {
    const [x, y] = [(at % 2) * width, Math.floor(at / 2) * height];
    return `<g transform="translate(${x} ${y})">${drawPanel(panel, rows)}</g>`;
  });
  const all = `${2 * width} ${Math.ceil(panels.length / 2) * height}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${all}" font-family="system-ui, sans-serif" font-size="11" fill="${gray}" role="img" aria-label="How measures change with the number of entries">\n${drawn.join("\n")}\n</svg>\n`;
}

function drawPanel({ title, measures }: Panel, rows: readonly GrowthRow[]): string {
  const sizes = rows.map(({ entries }) => entries);
  const [low, high] = [Math.log(Math.min(...sizes)), Math.log(Math.max(...sizes))];
  const most = ceilingOf(Math.max(...rows.flatMap((row) => measures.map((name) => row[name]))));
  const x = (entries: number): number =>
    round(left + ((Math.log(entries) - low) / (high - low)) * (width - left - right));
  const y = (value: number): number =>
    round(height - bottom - (value / most) * (height - top - bottom));
  const ticks = [0, most / 2, most].map(
    (value) =>
      `<path d="M${left} ${y(value)}H${width - right}" stroke="${gray}" stroke-opacity=".3"/><text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${value.toLocaleString("en")}</text>`,
  );
  const columns = sizes.map(
    (entries) =>
      `<text x="${x(entries)}" y="${height - bottom + 16}" text-anchor="middle">${shortened(entries)}</text>`,
  );
  const lines = measures.map((name, at) => {
    const points = rows.map((row) => `${x(row.entries)},${y(row[name])}`);
    const dots = points.map((point) => {
      const [cx, cy] = point.split(",");
      return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colors[at]}"/>`;
    });
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${colors[at]}" stroke-width="2"/>${dots.join("")}`;
  });
  return `<text x="${left}" y="18" font-size="13" font-weight="600">${title}</text>${measures.length > 1 ? legend(measures) : ""}${[...ticks, ...columns, ...lines].join("")}`;
}

function legend(measures: readonly Measure[]): string {
  return measures
    .map(
      (name, at) =>
        `<text x="${left + at * 78}" y="34" fill="${colors[at]}">${name.replace(/, MB$/, "")}</text>`,
    )
    .join("");
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** The next of 1, 2, 4, 5, 8 or 10 times a power of ten. */
function ceilingOf(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 8].find((step) => step * power >= value) ?? 10) * power;
}

const shortened = (entries: number): string =>
  entries >= 1e6 ? `${entries / 1e6} million` : entries.toLocaleString("en");

/** The picture and its figures as a table in Markdown, with the day and the load of the machine. */
export function growthTable({ day, load, rows }: Growth): string {
  const names = panels.flatMap(({ measures }) => measures);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    "![Six line charts: intake, certificates, search, export, bytes an entry and memory, over the number of entries](images/growth.svg)",
    "",
    `Measured on ${day}; load ${load.toFixed(1)} before.`,
    "",
    line(["Entries", ...names]),
    line(["---", ...names.map(() => "---")]),
    ...rows.map((row) =>
      line([row.entries.toLocaleString("en"), ...names.map((name) => figure(row[name]))]),
    ),
  ].join("\n");
}

const figure = (value: number): string =>
  value >= 20 ? Math.round(value).toLocaleString("en") : value.toFixed(1);
