import { randomBytes } from "node:crypto";
import pg from "pg";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { makeTestDatabase, type TestDatabase } from "@/lib/db/testing/test-database";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import type { NewEntry } from "../types";

export type LogDatabase = Readonly<{
  deps: Pick<Deps, "db" | "clock" | "random">;
  urls: TestDatabase;
  /** Runs SQL as that role on a connection of its own; the first row's values. */
  as: (role: "app" | "owner" | "super", sql: string) => Promise<unknown[]>;
  /** Numbers and indexes everything that is committed. */
  settle: () => Promise<void>;
  close: () => Promise<void>;
}>;

/** A database with the application's view of it and the roles beside it. */
export async function openLogDatabase(): Promise<LogDatabase> {
  const urls = await makeTestDatabase();
  const db = openDatabase(urls.appUrl, { max: 80 });
  const deps = {
    db,
    clock: { now: () => new Date() },
    random: { bytes: (n: number) => new Uint8Array(randomBytes(n)) },
  };
  const as = async (role: "app" | "owner" | "super", sql: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: urls[`${role}Url`] });
    await client.connect();
    try {
      const results = [await client.query({ text: sql })].flat();
      return Object.values((results.at(-1)?.rows[0] ?? {}) as object);
    } finally {
      await client.end();
    }
  };
  const settle = async (): Promise<void> => {
    await db.pool.query("select tlog.sequence_batch(100000)");
    await db.pool.query("select tlog.index_batch(100000)");
  };
  return {
    deps,
    urls,
    as,
    settle,
    close: async () => {
      await closeDatabase(db);
      await urls.drop();
    },
  };
}

export const makeId = (prefix: Parameters<typeof newId>[0]): string =>
  newId(prefix, new Date(), (n) => new Uint8Array(randomBytes(n)));

export const identityCreated = (id: string, label = "payments"): NewEntry => ({
  action: "identity.created",
  outcome: "success",
  target: { kind: "identity", id, label },
  details: { kind: "service", owner: "payments-team@example.com" },
});

export const readEntry = (path: string, target: NewEntry["target"] = null): NewEntry => ({
  action: "certificate.read",
  outcome: "success",
  target,
  details: { method: "GET", path },
});

export const identityRow = (id: string, name = id) => ({
  id,
  kind: "service",
  name,
  owner: "payments-team@example.com",
  status: "active",
  createdAt: new Date(),
  changedAt: new Date(),
});
