// npm run docs:growth: writes the table and the picture of "How cost grows" in docs/benchmarks.md from
// the last run of npm run bench -- growth.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Growth } from "@/bench/_growth-row";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { drawGrowth, growthTable } from "./draw-growth";
import { replacePart } from "./measures-table";

const root = findRepoRoot();
const document = join(root, "docs/benchmarks.md");
const growth = JSON.parse(readFileSync(join(root, "bench/growth.json"), "utf8")) as Growth;
writeFileSync(join(root, "docs/images/growth.svg"), drawGrowth(growth));
writeFileSync(
  document,
  replacePart(
    readFileSync(document, "utf8"),
    { name: "growth", command: "docs:growth" },
    growthTable(growth),
  ),
);
