import { join } from "node:path";
import { readEnv } from "@/lib/runtime/env";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { banner } from "./banner";
import { runOnClosedNode } from "./isolation/node-binary";
import { DataFolderBusy } from "./data-lock";
import { runSupervisor } from "./run-supervisor";

const root = findRepoRoot();
const dist = join(root, "dist");
runOnClosedNode(root, join(dist, "supervise.mjs"));

await runSupervisor({
  start: () => ({
    root,
    demo: process.argv.includes("--demo"),
    env: readEnv(),
    settings: process.env,
    write: (text) => process.stdout.write(text),
    childFiles: {
      signer: join(dist, "signer.mjs"),
      console: join(dist, "console.mjs"),
      gateway: join(dist, "gateway.mjs"),
    },
  }),
  banner,
  explain: (error) =>
    error instanceof DataFolderBusy ? error.message : String((error as Error).message || error),
});
