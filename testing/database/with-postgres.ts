import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureDatabase, setUpRoles } from "@/server/supervise/postgres/roles";
import { startPostgres } from "@/server/supervise/postgres/start-server";
import { findRepoRoot } from "@/lib/runtime/repo-root";

// For developers: `tools/node --import tsx testing/database/with-postgres.ts npx prisma migrate dev
// --create-only --name x`
// runs a command with DATABASE_URL naming an empty database that is thrown away afterwards.
const root = findRepoRoot();
const folder = mkdtempSync(join(tmpdir(), "chancery-with-"));
const server = await startPostgres({
  root,
  folder: join(folder, "pg"),
  durable: false,
  print: (line) => process.stderr.write(`${line}\n`),
});
try {
  await setUpRoles(server);
  await ensureDatabase(server, "chancery");
  const [command = "env", ...args] = process.argv.slice(2);
  const child = spawn(command, args, {
    stdio: "inherit",
    env: {
      ...process.env,
      DATABASE_URL: server.superUrl("chancery"), // the superuser: a shadow database needs CREATEDB
      PRISMA_SCHEMA_ENGINE_BINARY: join(root, "tools/schema-engine.mjs"),
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
    },
  });
  process.exitCode = await new Promise<number>((done) =>
    child.once("close", (code) => done(code ?? 1)),
  );
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
