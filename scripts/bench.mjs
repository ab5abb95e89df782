#!/usr/bin/env node
// npm run bench [-- NAME …]: the benchmarks of bench/, each a program that prints its own table of ratios.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { prepareAll } from "./lib/prepare.mjs";
import { root } from "./lib/root.mjs";
import { giveUp, speaker } from "./lib/say.mjs";

const folder = join(root, "bench");
const all = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith(".ts") && !name.startsWith("_"))
      .map((name) => name.slice(0, -3))
      .sort()
  : [];
const named = process.argv.slice(2);
const unknown = named.filter((name) => !all.includes(name));
if (unknown.length > 0)
  giveUp(new Error(`No benchmark is called ${unknown.join(", ")}. There are: ${all.join(", ")}.`));

await prepareAll(speaker((text) => process.stdout.write(text))).catch(giveUp);
for (const name of named.length > 0 ? named : all) {
  process.stdout.write(`\n── ${name} ──\n`);
  const { status } = spawnSync(process.execPath, ["--import", "tsx", join(folder, `${name}.ts`)], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) process.exitCode = 1;
}
