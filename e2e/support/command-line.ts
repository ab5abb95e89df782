import { join } from "node:path";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { runOrThrow } from "./run";

/** Creates an API token with the command line, as an operator on the host would. */
export async function createToken(
  dataFolder: string,
  role: string,
  ...more: string[]
): Promise<string> {
  const args = [
    join(findRepoRoot(), "tools/scripts/chancery.mjs"),
    "token",
    "create",
    "--role",
    role,
    "--name",
    `tests-${role}`,
    ...more,
  ];
  return (
    await runOrThrow(process.execPath, args, { env: { ...process.env, CHANCERY_DATA: dataFolder } })
  ).trim();
}
