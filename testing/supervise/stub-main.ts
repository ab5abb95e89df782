import { join } from "node:path";
import { readEnv } from "@/lib/runtime/env";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { banner } from "@/server/supervise/banner";
import { runSupervisor } from "@/server/supervise/run-supervisor";

// The real supervisor and PostgreSQL over stubs for the three children.
const child = join(findRepoRoot(), "testing/supervise/stub-child.mjs");

await runSupervisor({
  start: () => ({
    root: findRepoRoot(),
    demo: process.env.CHANCERY_TEST_DEMO === "1",
    env: readEnv(),
    settings: process.env,
    write: (text) => process.stdout.write(text),
    childFiles: { signer: child, console: child, gateway: child },
  }),
  banner,
  explain: (error) => String((error as Error).message),
});
