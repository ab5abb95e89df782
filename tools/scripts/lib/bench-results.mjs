import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Collects what the programs report: each appends a line of JSON to the file that BENCH_RESULTS
 * names. `finish` prints one table and writes the file for `npm run docs:benchmarks`.
 */
export function collectResults(write) {
  const folder = mkdtempSync(join(tmpdir(), "chancery-bench-results-"));
  const lines = join(folder, "results.jsonl");
  process.env.BENCH_RESULTS = lines;
  const day = new Date().toISOString().slice(0, 10);
  const loadBefore = loadavg()[0];
  return {
    finish: (file) => {
      const text = existsSync(lines) ? readFileSync(lines, "utf8") : "";
      rmSync(folder, { recursive: true, force: true });
      const rows = text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line));
      if (rows.length === 0) return;
      const machine = {
        cores: cpus().length,
        processor: cpus()[0]?.model ?? "",
        node: process.version,
      };
      const loads = { before: loadBefore, after: loadavg()[0] };
      writeFileSync(file, `${JSON.stringify({ day, machine, load: loads, rows }, null, 2)}\n`);
      write(`\n${tableOf(rows)}\nLoad of the machine: ${loadBefore.toFixed(1)} before\n`);
    },
  };
}

/** Columns of equal width. */
function tableOf(rows) {
  const cells = [
    ["measure", "value", "unit", "limit", "ratio"],
    ...rows.map(({ measure, value, unit, limit, limitIs, ratio }) => [
      measure,
      round(value),
      unit,
      `${round(limit)} (${limitIs})`,
      ratio.toFixed(3),
    ]),
  ];
  const widths = cells[0].map((_none, at) => Math.max(...cells.map((row) => row[at].length)));
  return cells.map((row) => row.map((text, at) => text.padEnd(widths[at])).join("  ")).join("\n");
}

const round = (value) =>
  value.toLocaleString("en", {
    maximumSignificantDigits: value >= 100 ? undefined : 3,
    maximumFractionDigits: value >= 100 ? 0 : undefined,
  });
