import { findCycles, nounEdges } from "./cycles.mjs";

/** docs/architecture.md, "Sizes". Median of files and width are over the product; no file of any kind is over the maximum. */
const limits = {
  medianLines: 80,
  mostLines: 350,
  functionLines: { ".ts": 60, ".tsx": 100 },
  filesOfFolder: 25,
};

/** Users copy the client into their service as one file, so it may be longer than other files. */
const copiedAsOneFile = new Set(["clients/typescript/chancery-events.ts"]);

const at = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const figures = (values) => {
  const sorted = [...values].sort((one, other) => one - other);
  return {
    count: sorted.length,
    median: at(sorted, 0.5),
    p90: at(sorted, 0.9),
    most: sorted.at(-1) ?? 0,
  };
};
const show = ({ count, median, p90, most }) =>
  `${String(count).padStart(6)}   median ${String(median).padStart(3)}   p90 ${String(p90).padStart(3)}   max ${String(most).padStart(3)}`;
const ending = (path) => (path.endsWith(".tsx") ? ".tsx" : ".ts");

/** Writes the figures and what is beyond a limit, line by line; returns how many problems there are. */
export function report(files, write) {
  const product = files.filter((file) => !file.isTest),
    problems = [];
  const lines = figures(product.map((file) => file.lines));
  write(`files, product     ${show(lines)}`);
  write(
    `files, tests       ${show(figures(files.filter((file) => file.isTest).map((file) => file.lines)))}`,
  );
  for (const kind of [".ts", ".tsx"])
    write(
      `functions, ${kind.padEnd(8)}${show(figures(product.filter((file) => ending(file.path) === kind).flatMap((file) => file.functions.map((one) => one.lines))))}`,
    );
  const wide = product.reduce((sum, file) => sum + file.wide, 0),
    all = product.reduce((sum, file) => sum + file.lines, 0);
  write(
    `lines over 100     ${String(wide).padStart(6)}   of ${all} (${((100 * wide) / all).toFixed(1)}%): strings that the formatter leaves whole`,
  );
  if (lines.median > limits.medianLines)
    problems.push(`the median file has ${lines.median} lines, more than ${limits.medianLines}`);
  for (const { path, lines: count } of files)
    if (count > limits.mostLines && !copiedAsOneFile.has(path))
      problems.push(`${path} has ${count} lines, more than ${limits.mostLines}`);
  for (const { path, functions, isTest } of files)
    for (const one of isTest ? [] : functions)
      if (one.lines > limits.functionLines[ending(path)])
        problems.push(
          `${path}: ${one.name || "a function"} has ${one.lines} lines, more than ${limits.functionLines[ending(path)]}`,
        );
  problems.push(...cycleProblems(files, write), ...folderProblems(product));
  for (const problem of problems) write(`  ${problem}`);
  return problems.length;
}

function cycleProblems(files, write) {
  const fileCycles = findCycles(new Map(files.map((file) => [file.path, new Set(file.imports)])));
  const { edges, reasons } = nounEdges(files),
    nounCycles = findCycles(edges);
  write(
    `cycles             ${fileCycles.length} of files (types included), ${nounCycles.length} of nouns in lib`,
  );
  return [
    ...fileCycles.map((cycle) => `a cycle of files: ${cycle.join(", ")}`),
    ...nounCycles.map((cycle) => {
      const ties = cycle.flatMap((from) =>
        cycle.map((to) => reasons.get(`${from} ${to}`)).filter(Boolean),
      );
      return `a cycle of nouns: ${cycle.join(", ")}\n    ${ties.join("\n    ")}`;
    }),
  ];
}

function folderProblems(files) {
  const counts = new Map();
  for (const { path } of files) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (folder !== "" && !folder.startsWith("components/ui"))
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([folder, count]) => count > limits.filesOfFolder && !/^lib\/pki$/.test(folder))
    .map(
      ([folder, count]) =>
        `${folder} directly contains ${count} files, more than ${limits.filesOfFolder}`,
    );
}
