import { makeRecorder } from "@/lib/log/record/recorder";
import { makeSource } from "@/lib/log/record/source";
import { randomBytes } from "node:crypto";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { errorMessage } from "@/lib/errors/error-message";
import type { PublishDeps } from "@/lib/log/publish/types";
import type { WitnessPolicy } from "@/lib/log/pure/witness-policy";
import { makeSigner } from "@/server/signer/make-signer";
import type { DrillTimestamps } from "./timestamp-authority";

/** A disposable PostgreSQL server: the URL of any database on it, by role. */
export type DrillServer = Readonly<{
  superUrl: (database: string) => string;
  ownerUrl: (database: string) => string;
  appUrl: (database: string) => string;
  signerUrl: (database: string) => string;
}>;

/**
 * What all copies share: the key-encryption key, the signer's checkpoint folder and the witness.
 */
export type DrillEnvironment = Readonly<{
  server: DrillServer;
  kek: Uint8Array;
  /** Where the signer stores its last checkpoint, outside every database. */
  checkpointFolder: string;
  policy: WitnessPolicy;
  /** The authority that time-stamps the checkpoints of the copies. */
  timestamps: DrillTimestamps;
  /** Requests a cosignature from the witness as the publisher does. */
  askWitness: (
    note: string,
    oldSize: number,
    path: readonly Uint8Array[],
  ) => Promise<Readonly<{ status: number; body: string }>>;
}>;

/** One database with the dependencies of the use cases that run on it. */
export type DrillCopy = Readonly<{
  name: string;
  deps: PublishDeps;
  environment: DrillEnvironment;
  asSuper: (sql: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>;
  close: () => Promise<void>;
}>;

/** Of the setup of the copy, and of what its CAs may certify. */
export const drillDomain = "drill.invalid";
const publicUrl = `https://${drillDomain}`;

/**
 * Opens a database as Chancery does, with the signer in this process. Entries written to it are
 * numbered under `sourceId`.
 */
export function openCopy(environment: DrillEnvironment, name: string, sourceId: string): DrillCopy {
  const db = openDatabase(environment.server.appUrl(name), { max: 10 }),
    signerDb = openDatabase(environment.server.signerUrl(name), { max: 2 }),
    superuser = openDatabase(environment.server.superUrl(name), { max: 1 });
  const random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) };
  const clock = { now: () => new Date() };
  const source = makeSource(sourceId, random.bytes);
  const recorder = makeRecorder({ db, random, clock, source });
  const signer = makeSigner({
    db: signerDb,
    kek: environment.kek,
    random,
    clock,
    publicUrl,
    witnessDir: environment.checkpointFolder,
    headlessDomains: [drillDomain],
  });
  return {
    name,
    environment,
    deps: {
      db,
      random,
      clock,
      signer,
      publicUrl,
      recorder,
    },
    asSuper: async (sql, values = []) =>
      (await superuser.pool.query<Record<string, unknown>>(sql, [...values])).rows,
    close: async () => {
      await Promise.all([db, signerDb, superuser].map(closeDatabase));
    },
  };
}

/**
 * Runs each statement separately on a new connection to `url`. Returns the error message of each,
 * or null if it succeeded.
 */
export async function tryStatements(
  url: string,
  statements: readonly string[],
): Promise<(string | null)[]> {
  const db = openDatabase(url, { max: 1 });
  const refusals: (string | null)[] = [];
  try {
    for (const sql of statements)
      refusals.push(await db.pool.query(sql).then(() => null, errorMessage));
    return refusals;
  } finally {
    await closeDatabase(db);
  }
}

async function runAsAdmin({ superUrl }: DrillServer, sql: string): Promise<void> {
  const db = openDatabase(superUrl("postgres"), { max: 1 });
  try {
    await db.pool.query(sql);
  } finally {
    await closeDatabase(db);
  }
}

/** Creates a copy of a database. Fails while another connection to `from` is open. */
export const copyDatabase = (server: DrillServer, from: string, to: string): Promise<void> =>
  runAsAdmin(server, `create database "${to}" template "${from}" strategy file_copy`);
export const dropDatabase = (server: DrillServer, name: string): Promise<void> =>
  runAsAdmin(server, `drop database if exists "${name}" with (force)`);

/**
 * Runs statements as superuser in one transaction with every trigger disabled, and restores the
 * triggers exactly as they were.
 */
export async function withoutGuards(copy: DrillCopy, statements: readonly string[]): Promise<void> {
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
