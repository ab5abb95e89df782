#!/usr/bin/env node
// npm run bench [-- NAME …]: the benchmarks of bench/, each a program that prints its own table of
// ratios, and at the end one table over all, which is also written to bench/results.json. --entries N
// is how many entries the log of `log` and `search` has. With --against COMMIT, those of
// bench/against/ compare this clone with that commit.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { collectResults } from "./lib/bench-results.mjs";
import { buildCommit } from "./lib/build-commit.mjs";
import { prepareAll } from "./lib/prepare.mjs";
import { root } from "./lib/root.mjs";
import { giveUp, speaker } from "./lib/say.mjs";
import { requireNode } from "./lib/require-node.mjs";

requireNode();

const { against, entries, names } = readArguments();
// For benchmarks of a log: how many entries it has.
if (entries !== undefined) process.env.BENCH_ENTRIES = entries;
const folder = join(root, "bench", against === undefined ? "" : "against");
const all = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith(".ts") && !name.startsWith("_"))
      .map((name) => name.slice(0, -3))
      .sort()
  : [];
const unknown = names.filter((name) => !all.includes(name));
const kind = against === undefined ? "benchmark" : "benchmark for --against";
if (unknown.length > 0)
  giveUp(new Error(`No ${kind} is called ${unknown.join(", ")}. There are: ${all.join(", ")}.`));

const step = speaker((text) => process.stdout.write(text));
await prepareAll(step).catch(giveUp);
const write = (text) => void process.stdout.write(text);
if (against === undefined) {
  const results = collectResults(write);
  runAll([]);
  results.finish(join(folder, "results.json"));
} else await runAgainst(against);

function readArguments() {
  try {
    const options = { against: { type: "string" }, entries: { type: "string" } };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    return { ...values, names: positionals };
  } catch (error) {
    return giveUp(
      new Error(
        `${error.message}\nUsage: npm run bench -- [NAME …] [--against COMMIT] [--entries N]`,
      ),
    );
  }
}

function runAll(args) {
  for (const name of names.length > 0 ? names : all) {
    process.stdout.write(`\n── ${name} ──\n`);
    const program = ["--import", "tsx", join(folder, `${name}.ts`), ...args];
    const { status } = spawnSync(process.execPath, program, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    });
    if (status !== 0) process.exitCode = 1;
  }
}

/** An interrupt ends what runs now; the folder of the other commit is removed in any case. */
async function runAgainst(name) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
  const built = await buildCommit(name, step).catch(giveUp);
  try {
    runAll([built.folder, built.commit]);
  } finally {
    built.remove();
  }
}
