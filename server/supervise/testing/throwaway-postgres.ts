import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../migrate";
import { APP_ROLE, ensureDatabase, setUpRoles, type DatabaseUrls } from "../postgres/roles";
import { startPostgres } from "../postgres/start-server";
import { findRepoRoot } from "@/lib/runtime-root";

/** The migrated database that every test database is a copy of. Nobody may stay connected to it. */
export const TEMPLATE = "chancery_template";

/** A server for tests, without fsync and in a temporary folder, with the template migrated as the owner. */
export interface ThrowawayPostgres {
  readonly urls: (database: string) => DatabaseUrls & { superUrl: string };
  /** The postmaster; another one after a crash. */
  readonly pid: () => number;
  readonly stop: () => Promise<void>;
}

/** Starts it; about two seconds, most of them initdb and the migrations. `stop` removes everything. `durable` for tests that crash it. */
export async function startThrowawayPostgres({
  durable = false,
}: Readonly<{ durable?: boolean }> = {}): Promise<ThrowawayPostgres> {
  const root = findRepoRoot();
  const folder = mkdtempSync(join(tmpdir(), "chancery-test-"));
  const server = await startPostgres({ root, folder: join(folder, "pg"), durable, say: () => {} });
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const urls = await setUpRoles(server);
    await ensureDatabase(server, TEMPLATE);
    await migrate(root, urls(TEMPLATE).ownerUrl, APP_ROLE);
    return {
      urls: (database) => ({ ...urls(database), superUrl: server.superUrl(database) }),
      pid: server.pid,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
