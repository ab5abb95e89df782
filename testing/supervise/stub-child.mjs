// Stands for the signer, the console or the gateway in the supervisor's own tests: ready at once,
// notes what happens to it.
import { constants, openSync, readFileSync, writeSync } from "node:fs";

const name = process.argv.at(-1).replace("chancery-", "");
// Next to the data folder, which this process may not be able to enter, and made by the test. In a
// sandbox it can't be written, and nothing is noted.
const path = `${process.env.CHANCERY_DATA}.events`;
let events = null;
try {
  events = openSync(path, constants.O_WRONLY | constants.O_APPEND);
} catch {}
const note = (what) => events && writeSync(events, `${name} ${what}\n`);

process.on("SIGTERM", () => {
  note("ended");
  process.exit(0);
});
process.on("disconnect", () => process.exit(0));
note(`started ${process.pid}`);
note(`knows ${Object.keys(process.env).sort().join(" ")}`);
const received = JSON.parse(readFileSync(Number(process.env.CHANCERY_SECRETS_FD), "utf8"));
const kek = process.env.CHANCERY_KEK_FD && readFileSync(Number(process.env.CHANCERY_KEK_FD));
note(
  `received ${[...Object.keys(received), ...(kek ? [`KEK:${kek.length}`] : [])].sort().join(" ")}`,
);
process.send({
  type: "ready",
  node: process.version,
  ...(name === "gateway" ? { setUp: false } : {}),
});
setInterval(() => {}, 1_000);
