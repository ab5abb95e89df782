// npm run docs:benchmarks: writes the table of docs/benchmarks.md from the last run of npm run bench.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { type BenchResults, withMeasures } from "./measures-table";

const root = findRepoRoot();
const document = join(root, "docs", "benchmarks.md");
const results = JSON.parse(
  readFileSync(join(root, "bench", "results.json"), "utf8"),
) as BenchResults;
writeFileSync(document, withMeasures(readFileSync(document, "utf8"), results));
