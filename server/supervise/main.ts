import { join } from "node:path";
import { readEnv } from "@/lib/env";
import { banner } from "./banner";
import { DataFolderBusy } from "./data-lock";
import { findRepoRoot } from "@/lib/runtime-root";
import { runSupervisor } from "./run-supervisor";

const root = findRepoRoot();
const dist = join(root, "dist");

await runSupervisor({
  start: () => ({
    root,
    env: readEnv(),
    settings: process.env,
    write: (text) => process.stdout.write(text),
    childFiles: {
      signer: join(dist, "signer.mjs"),
      console: join(dist, "console.mjs"),
      door: join(dist, "door.mjs"),
    },
  }),
  banner,
  explain: (error) =>
    error instanceof DataFolderBusy ? error.message : String((error as Error).message || error),
});
