import { randomBytes } from "node:crypto";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import type { Policy } from "@/lib/log/pure/policy";
import type { PublishDeps } from "@/lib/log/publish/types";
import { makeSigner } from "@/server/signer/make-signer";

/** A PostgreSQL that may be ruined: addresses of any database on it, by role. */
export type DrillServer = Readonly<{
  superUrl: (database: string) => string;
  ownerUrl: (database: string) => string;
  appUrl: (database: string) => string;
}>;

/** What stays the same over all copies: the drill's own key and memory, and its witness. */
export type Surroundings = Readonly<{
  server: DrillServer;
  kek: Uint8Array;
  /** Where the signer remembers what it signed, outside every database. */
  memory: string;
  policy: Policy;
  /** Asks the witness for its cosignature as a publisher does. */
  askWitness: (
    note: string,
    oldSize: number,
    path: readonly Uint8Array[],
  ) => Promise<Readonly<{ status: number; body: string }>>;
}>;

/** One database with everything that works on it. */
export type Copy = Readonly<{
  name: string;
  deps: PublishDeps;
  around: Surroundings;
  asSuper: (sql: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>;
  close: () => Promise<void>;
}>;

export const publicUrl = "https://drill.invalid";

/** Opens a database as Chancery does, with the signer in this process. */
export function openCopy(around: Surroundings, name: string, source?: Deps["source"]): Copy {
  const db = openDatabase(around.server.appUrl(name), { max: 10 }),
    superuser = openDatabase(around.server.superUrl(name), { max: 1 });
  const random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) },
    clock = { now: () => new Date() };
  const signer = makeSigner({ db, kek: around.kek, random, publicUrl, witnessDir: around.memory });
  return {
    name,
    around,
    deps: { db, random, clock, signer, publicUrl, ...(source ? { source } : {}) },
    asSuper: async (sql, values = []) =>
      (await superuser.pool.query<Record<string, unknown>>(sql, [...values])).rows,
    close: async () => {
      await Promise.all([closeDatabase(db), closeDatabase(superuser)]);
    },
  };
}

/** Runs statements as a role, each for itself, on a connection of its own; tells what became of each: null, or the error's words. */
export async function tryAs(
  url: string,
  statements: readonly string[],
): Promise<(string | null)[]> {
  const db = openDatabase(url, { max: 1 }),
    outcomes: (string | null)[] = [];
  try {
    for (const sql of statements)
      outcomes.push(
        await db.pool.query(sql).then(
          () => null,
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        ),
      );
    return outcomes;
  } finally {
    await closeDatabase(db);
  }
}

async function administer({ superUrl }: DrillServer, sql: string): Promise<void> {
  const db = openDatabase(superUrl("postgres"), { max: 1 });
  try {
    await db.pool.query(sql);
  } finally {
    await closeDatabase(db);
  }
}

/** A database as another one is at this moment; nobody may be connected to that. */
export const copyDatabase = (server: DrillServer, from: string, to: string): Promise<void> =>
  administer(server, `create database "${to}" template "${from}"`);
export const dropDatabase = (server: DrillServer, name: string): Promise<void> =>
  administer(server, `drop database if exists "${name}" with (force)`);

/** Statements as superuser with every trigger off, in one transaction; the triggers stand again afterwards as if nothing had been. */
export async function withoutGuards(copy: Copy, statements: readonly string[]): Promise<void> {
  const triggers = (await copy.asSuper(
    "select tgrelid::regclass::text as place, tgname as name, tgenabled as enabled from pg_trigger where not tgisinternal",
  )) as { place: string; name: string; enabled: string }[];
  const places = [...new Set(triggers.map(({ place }) => place))];
  const all = [
    "begin",
    ...places.map((place) => `alter table ${place} disable trigger all`),
    ...statements,
    ...places.map((place) => `alter table ${place} enable trigger all`),
    ...triggers
      .filter(({ enabled }) => enabled === "A")
      .map(({ place, name }) => `alter table ${place} enable always trigger ${name}`),
    "commit",
  ];
  try {
    for (const sql of all) await copy.asSuper(sql);
  } catch (error) {
    await copy.asSuper("rollback");
    throw error;
  }
}
