import { expect, test } from "vitest";
import type { Growth } from "@/bench/_growth-row";
import { drawGrowth, growthTable } from "./draw-growth";

const row = {
  entries: 10_000,
  "intake, entries/s": 20_000,
  "certificates/s": 450,
  "search p95, ms": 4.26,
  "export, MB/s": 100,
  "bytes an entry": 1_300,
  "gateway, MB": 300,
  "signer, MB": 100,
  "console, MB": 100,
  "PostgreSQL, MB": 250,
};
const growth: Growth = {
  day: "2026-11-30",
  load: 0.25,
  rows: [row, { ...row, entries: 100_000 }, { ...row, entries: 1_000_000, "certificates/s": 225 }],
};

test("the drawing has a line for each measure, with zero at the bottom and sizes on a logarithmic scale", () => {
  const svg = drawGrowth(growth);
  expect(svg.match(/<polyline/g)).toHaveLength(9);
  // Ten times as many entries are as far apart each time; half of the value of 500 is half as high.
  expect(svg).toContain('points="56,58.2 210,58.2 364,122.1"');
  expect(svg).toContain(">1 million</text>");
  expect(svg).toContain(">0</text>");
});

test("the drawing names the processes whose memory it shows", () => {
  const svg = drawGrowth(growth);
  for (const name of ["gateway", "signer", "console", "PostgreSQL"])
    expect(svg).toContain(`>${name}</text>`);
});

test("the table has the same figures, with the day and the load", () => {
  const table = growthTable(growth);
  expect(table).toContain("Measured on 2026-11-30; load 0.3 before.");
  expect(table).toContain("| 1,000,000 | 20,000 | 225 | 4.3 | 100 | 1,300 |");
});
