import { join } from "node:path";
import { readEnv } from "@/lib/env";
import { findRepoRoot } from "@/lib/runtime-root";
import { banner } from "../banner";
import { runSupervisor } from "../run-supervisor";

// The real supervisor and PostgreSQL over stand-ins for the three children.
const child = join(import.meta.dirname, "stand-in-child.mjs");

await runSupervisor({
  start: () => ({
    root: findRepoRoot(),
    env: readEnv(),
    settings: process.env,
    write: (text) => process.stdout.write(text),
    childFiles: { signer: child, console: child, door: child },
  }),
  banner,
  explain: (error) => String((error as Error).message),
});
