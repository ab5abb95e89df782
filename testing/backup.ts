import { randomBytes } from "node:crypto";
import pg from "pg";
import type { TestDatabase } from "@/testing/database/test-database";

/** A database with nothing in it, next to that one: what a backup is restored into. */
export async function createEmptyDatabase(next: TestDatabase): Promise<TestDatabase> {
  const name = `empty_${randomBytes(8).toString("hex")}`;
  const inDatabase = (url: string, database: string) => url.replace(/\/[^/?]+\?/, `/${database}?`);
  const administer = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: inDatabase(next.superUrl, "postgres") });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await administer(`create database ${name} owner chancery_owner`);
  return {
    appUrl: inDatabase(next.appUrl, name),
    ownerUrl: inDatabase(next.ownerUrl, name),
    signerUrl: inDatabase(next.signerUrl, name),
    superUrl: inDatabase(next.superUrl, name),
    drop: () => administer(`drop database if exists ${name} with (force)`),
  };
}
