import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Gives Next the configuration that it wrote when it built the pages, as its standalone server does.
 * Otherwise it compiles next.config.ts at each start with native code, and looks for a workspace in
 * all folders above, which this process may not enter.
 */
export function useBuiltConfiguration(root: string): void {
  const text = readFileSync(join(root, ".next/required-server-files.json"), "utf8");
  const { config } = JSON.parse(text) as { config: object };
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config);
}

/**
 * Keeps Next from reading `.env` files of the clone: the settings come from the supervisor, and such
 * a file may hold an operator's secrets. Next reads them once in a process, so it does now, from a
 * folder that has none.
 */
export function skipEnvironmentFiles(root: string, emptyFolder: string): void {
  const require = createRequire(join(root, "node_modules/next/package.json"));
  const { loadEnvConfig } = require("@next/env") as {
    loadEnvConfig: (folder: string, isDevelopment: boolean) => void;
  };
  loadEnvConfig(emptyFolder, false);
}
