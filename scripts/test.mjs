#!/usr/bin/env node
// npm test: everything, from a bare clone, against its own throwaway database and ports.
// `npm test -- lint types` runs only these parts.
import { runTests } from "./lib/run-tests.mjs";

const named = process.argv.slice(2);
await runTests(named.length > 0 ? named : ["lint", "types", "unit", "build", "system", "browser"]);
