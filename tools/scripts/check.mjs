#!/usr/bin/env node
// npm run check: what is quick enough to run before each commit.
import { requireNode } from "./lib/require-node.mjs";
import { runTests } from "./lib/run-tests.mjs";
import { checkParts } from "./lib/test-parts.mjs";

requireNode();

await runTests(checkParts);
