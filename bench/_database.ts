import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeDatabase, type Database, openDatabase } from "@/lib/db/database";
import { startThrowawayPostgres } from "@/testing/database/throwaway-postgres";

/**
 * A migrated database on a separate server, as the application sees it and as the superuser does,
 * and a folder; `close` takes all of it away.
 */
export type BenchDatabase = Readonly<{
  db: Database;
  signerDb: Database;
  superuser: Database;
  folder: string;
  close: () => Promise<void>;
}>;
type Wish = Readonly<{ durable?: boolean; connections: number }>;

export async function openBenchDatabase({
  durable = false,
  connections,
}: Wish): Promise<BenchDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-bench-")),
    server = await startThrowawayPostgres({ durable }),
    urls = server.urls("bench");
  const first = openDatabase(server.urls("postgres").superUrl, { max: 1 });
  await first.pool.query(`create database bench owner chancery_owner template ${server.template}`);
  await closeDatabase(first);
  const db = openDatabase(urls.appUrl, { max: connections }),
    signerDb = openDatabase(urls.signerUrl, { max: 4 }),
    superuser = openDatabase(urls.superUrl, { max: 2 });
  const close = async (): Promise<void> => {
    await closeDatabase(superuser);
    await closeDatabase(db);
    await closeDatabase(signerDb);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { db, signerDb, superuser, folder, close };
}

/** Says what is wrong, if anything is, and has the program end with 1 then. */
export function sayProblems(problems: readonly string[]): void {
  if (problems.length === 0) return;
  process.stdout.write(`${problems.join("\n")}\n`);
  process.exitCode = 1;
}
