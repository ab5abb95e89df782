import { chmodSync } from "node:fs";
import { join } from "node:path";
import { closeDatabase, type Database, openDatabase } from "@/lib/db/database";
import { startThrowawayPostgres } from "@/testing/database/throwaway-postgres";

export type ChanceryDatabase = Readonly<{
  /** What a Chancery on it is started with. */
  settings: Readonly<Record<"DATABASE_URL" | "DATABASE_OWNER_URL" | "DATABASE_SIGNER_URL", string>>;
  superuser: Database;
  close: () => Promise<void>;
}>;

/** A durable database for a whole Chancery, that the benchmark can fill past the guards. */
export async function openChanceryDatabase(): Promise<ChanceryDatabase> {
  const server = await startThrowawayPostgres({ durable: true });
  const urls = server.urls("bench");
  // Started by root, each process of Chancery has its own user.
  const socketFolder = new URL(urls.superUrl).searchParams.get("host") ?? "";
  chmodSync(socketFolder, 0o711);
  chmodSync(join(socketFolder, ".s.PGSQL.5432"), 0o777);
  const first = openDatabase(server.urls("postgres").superUrl, { max: 1 });
  await first.pool.query(`create database bench owner chancery_owner template ${server.template}`);
  await closeDatabase(first);
  const superuser = openDatabase(urls.superUrl, { max: 1, statementTimeoutMs: 1_200_000 });
  return {
    settings: {
      DATABASE_URL: urls.appUrl,
      DATABASE_OWNER_URL: urls.ownerUrl,
      DATABASE_SIGNER_URL: urls.signerUrl,
    },
    superuser,
    close: async () => {
      await closeDatabase(superuser);
      await server.stop();
    },
  };
}
