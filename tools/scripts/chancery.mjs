#!/usr/bin/env node
// The chancery command in a clone. Standard output belongs to the command alone: people pipe it.
import "./lib/close-inspector.mjs";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { prepareBundles } from "./lib/prepare.mjs";
import { root } from "./lib/root.mjs";
import { giveUp } from "./lib/say.mjs";
import { requireNode } from "./lib/require-node.mjs";

requireNode();

if (!existsSync(join(root, "node_modules", "esbuild")))
  giveUp(new Error("Chancery is not installed yet. Run npm start (or npm ci) in the clone first."));
await prepareBundles(undefined, ["cli"]).catch(giveUp);
await import(join(root, "dist", "cli.mjs"));
