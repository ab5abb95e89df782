import { preparePostgresBinaries } from "@/server/supervise/postgres/binaries";
import { chooseServerUser } from "@/server/supervise/postgres/run-as";
import { runPostgresTool, workingFolder } from "@/server/supervise/postgres/run-tool";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { join } from "node:path";

/**
 * Runs statements as the superuser on the database of a Chancery that has stopped, past every
 * guard: for tests that need data as an older version left it.
 */
export async function changeStoppedDatabase(
  dataFolder: string,
  statements: readonly string[],
): Promise<void> {
  const folder = join(dataFolder, "pg");
  const user = chooseServerUser(folder);
  const binaries = preparePostgresBinaries(findRepoRoot(), user.uid !== undefined);
  await runPostgresTool(
    { binaries, user, folder },
    "postgres",
    ["--single", "-D", workingFolder, "-c", "exit_on_error=true", "chancery"],
    `${statements.join("\n")}\n`,
  );
}
