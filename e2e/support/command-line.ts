import { join } from "node:path";
import { findRepoRoot } from "@/lib/runtime-root";
import { mustRun } from "./run";

/** Makes an API token with the command line, as an operator on the machine would. */
export async function makeToken(
  dataFolder: string,
  role: string,
  ...more: string[]
): Promise<string> {
  const args = [
    join(findRepoRoot(), "scripts/chancery.mjs"),
    "token",
    "create",
    "--role",
    role,
    "--name",
    `tests-${role}`,
    ...more,
  ];
  return (
    await mustRun(process.execPath, args, { env: { ...process.env, CHANCERY_DATA: dataFolder } })
  ).trim();
}
