#!/usr/bin/env node
// Prints the path of the Node.js that Chancery runs on; tools/node calls it. Nothing else may be
// printed to standard output.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Chancery needs Node.js 20.19 or newer to start; this is ${process.version}.\n`,
  );
  process.exit(1);
}

// Older versions can't read what these import.
const { findNode } = await import("./lib/node-runtime.mjs");
const { giveUp } = await import("./lib/say.mjs");

const report = (line) => process.stderr.write(`chancery | ${line}\n`);
process.stdout.write(await findNode({ report }).catch(giveUp));
