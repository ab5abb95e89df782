import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listMigrations } from "@/lib/db/schema-state";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { checkBackup } from "@/server/backup/check-backup";
import { loadDatabase } from "@/server/backup/load-database";
import { appRole } from "@/server/supervise/postgres/roles";

/** A log that an earlier version filled, as README.md of this folder says. */
export type FilledLog = Readonly<{
  /** The migrations that its database has. */
  migrations: readonly string[];
  entries: number;
  kek: string;
  publicUrl: string;
  /** An administrator's API token. */
  token: string;
  certificates: Readonly<Record<string, Readonly<{ id: string; serial: string }>>>;
  /** The successor of the certificate `web`. */
  rotated: string;
}>;

/**
 * Fills an empty database with it, with the tables of that version. The folder gets its exports,
 * and in `backup/memory` what the signer remembers.
 */
export async function loadFilledLog(folder: string, ownerUrl: string): Promise<FilledLog> {
  const root = findRepoRoot();
  execFileSync("tar", ["-xzf", join(root, "testing/upgrade/filled.tar.gz"), "-C", folder]);
  const facts = JSON.parse(readFileSync(join(folder, "facts.json"), "utf8")) as Pick<
    FilledLog,
    "token" | "certificates" | "rotated"
  >;
  const backup = await checkBackup(join(folder, "backup"), listMigrations(root));
  await loadDatabase({ root, ownerUrl, appRole, backup, halt: async () => null });
  return {
    ...facts,
    migrations: backup.manifest.migrations,
    entries: backup.manifest.log?.entries ?? 0,
    kek: Buffer.alloc(32, 7).toString("base64"),
    publicUrl: "http://pki.example.com",
  };
}
