import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "@/server/supervise/migrate";
import {
  appRole,
  ensureDatabase,
  setUpRoles,
  type DatabaseUrls,
} from "@/server/supervise/postgres/roles";
import { startPostgres } from "@/server/supervise/postgres/start-server";
import { findRepoRoot } from "@/lib/runtime/repo-root";

const template = "chancery_template";

/**
 * A server for tests, without fsync and in a temporary folder, with the template migrated as the
 * owner.
 */
export type ThrowawayPostgres = Readonly<{
  urls: (database: string) => DatabaseUrls & { superUrl: string };
  /** The postmaster; another one after a crash. */
  pid: () => number;
  /** The migrated database that test databases are copies of. No connection to it may remain. */
  template: string;
  stop: () => Promise<void>;
}>;

/**
 * Starts it; about two seconds, most of them initdb and the migrations. `stop` removes everything.
 * `durable` for tests that crash it; `parent` is the folder in which its own is made.
 */
export async function startThrowawayPostgres({
  durable = false,
  parent = tmpdir(),
}: Readonly<{ durable?: boolean; parent?: string }> = {}): Promise<ThrowawayPostgres> {
  const root = findRepoRoot();
  const folder = mkdtempSync(join(parent, "chancery-test-"));
  const server = await startPostgres({
    root,
    folder: join(folder, "pg"),
    durable,
    print: () => {},
  });
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const urls = await setUpRoles(server);
    await ensureDatabase(server, template);
    await migrate(root, urls(template).ownerUrl, appRole);
    return {
      urls: (database) => ({ ...urls(database), superUrl: server.superUrl(database) }),
      pid: server.pid,
      template,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
