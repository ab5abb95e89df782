#!/usr/bin/env node
// npm start: from a bare clone to a running Chancery. Whatever is missing or out of date is made
// first; then this very
// process becomes the supervisor, so signals and the terminal reach it directly.
import "./lib/close-inspector.mjs";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { prepareAll } from "./lib/prepare.mjs";
import { requireNode } from "./lib/require-node.mjs";
import { root } from "./lib/root.mjs";
import { giveUp, speaker } from "./lib/say.mjs";

requireNode();
process.chdir(root);
// The supervisor reads the argument too: it fills the folder, and starts no other folder so.
if (process.argv.includes("--demo")) process.env.CHANCERY_DATA ??= "./data-demo";
refuseSecondStart(process.env.CHANCERY_DATA ?? "./data");
const began = performance.now();
await prepareAll(speaker((text) => process.stdout.write(text))).catch(giveUp);
process.stdout.write(
  `chancery | everything is built (${((performance.now() - began) / 1000).toFixed(1)} s)\n`,
);
// For installations whose services are started by systemd (examples/systemd).
if (process.argv.includes("--build")) process.exit(0);
await import(join(root, "dist", "supervise.mjs"));

/**
 * The supervisor makes the reliable check; here it only keeps us from rebuilding under one that is
 * running.
 */
function refuseSecondStart(dataFolder) {
  const lock = join(dataFolder, "lock");
  if (!existsSync(lock)) return;
  try {
    const { pid, started, world, folder } = JSON.parse(readFileSync(lock, "utf8"));
    // A lock that was copied along with its folder locks nothing (server/supervise/folder-identity.ts).
    const { dev, ino, birthtimeMs } = statSync(dataFolder);
    if (folder && folder.id !== `${dev}:${ino}:${Math.trunc(birthtimeMs)}`) return;
    const here = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const now = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    if (!world.startsWith(here) || now[19] !== started || now[0] === "Z") return;
    giveUp(
      new Error(
        `Another Chancery (process ${pid}) is running on ${dataFolder}. Stop it first, or give this one its own folder with CHANCERY_DATA.`,
      ),
    );
  } catch {
    // The lock's holder can't be read: the supervisor decides.
  }
}
