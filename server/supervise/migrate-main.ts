import { readCredential } from "@/lib/runtime/credentials";
import { errorMessage } from "@/lib/errors/error-message";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { migrate } from "./migrate";
import { userOf } from "./signer-role";

// The migrations as a service, for installations without a supervisor (examples/systemd). Runs as
// the database's owner; the application's URL only says whom to let read the list of migrations.
const setting = (name: string): string => readCredential(name) ?? process.env[name] ?? "";
const ownerUrl = setting("DATABASE_OWNER_URL"),
  appUrl = setting("DATABASE_URL");
try {
  if (ownerUrl === "" || appUrl === "")
    throw new Error("DATABASE_OWNER_URL and DATABASE_URL must be set, or be credentials.");
  const count = await migrate(findRepoRoot(), ownerUrl, userOf(appUrl));
  process.stdout.write(`${count} migrations ran\n`);
} catch (error) {
  process.stderr.write(`${errorMessage(error)}\n`);
  process.exitCode = 1;
}
