#!/usr/bin/env node
// npm test: everything, from a bare clone, against its own throwaway database and ports.
// `npm test -- lint types` runs only these parts; `npm test -- --long` runs the long ones as well,
// and `npm run test:long` the long ones alone.
import { requireNode } from "./lib/require-node.mjs";
import { runTests } from "./lib/run-tests.mjs";
import { longParts, usualParts } from "./lib/test-parts.mjs";

requireNode();

const named = process.argv.slice(2);
const isLong = named.includes("--long");
const isOnlyLong = named.includes("--only-long");
const withLong = isLong || isOnlyLong;
const parts = named.filter((name) => !name.startsWith("--"));
if (parts.length === 0 && !isOnlyLong) parts.push(...usualParts);
// The journeys are part of the long runs as well: axe looks at their pages only there.
if (isOnlyLong) parts.push("build", "browser");
if (withLong) parts.push(...longParts);
await runTests(parts, { isLong: withLong });
