// Stands for the signer, the console or the door in the supervisor's own tests: ready at once, notes what happens to it.
import { appendFileSync } from "node:fs";
import { join } from "node:path";

const name =
  "CHANCERY_KEK" in process.env ? "signer" : "NEXTAUTH_SECRET" in process.env ? "console" : "door";
const note = (what) =>
  appendFileSync(join(process.env.CHANCERY_DATA, "events"), `${name} ${what}\n`);

process.on("SIGTERM", () => {
  note("ended");
  process.exit(0);
});
process.on("disconnect", () => process.exit(0));
note(`started ${process.pid}`);
note(`knows ${Object.keys(process.env).sort().join(" ")}`);
process.send({ type: "ready", ...(name === "door" ? { setUp: false } : {}) });
setInterval(() => {}, 1_000);
