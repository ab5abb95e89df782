#!/usr/bin/env node
// npm run check: what is quick enough to run before each commit.
import { runTests } from "./lib/run-tests.mjs";

await runTests(["lint", "types", "unit"]);
