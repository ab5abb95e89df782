#!/usr/bin/env node
// npm run structure: how large files, functions and lines are, and whether imports run in circles. Fails beyond the limits.
// `npm run structure -- follow FILE NAME …` prints how many files one opens to follow a call (docs/architecture.md).
import { measure } from "./lib/structure/measure.mjs";
import { report } from "./lib/structure/report.mjs";
import { requireNode } from "./lib/require-node.mjs";

requireNode();

const problems = report(await measure(process.cwd()), (line) => process.stdout.write(`${line}\n`));
process.exitCode = problems > 0 ? 1 : 0;
