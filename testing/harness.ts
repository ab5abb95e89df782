import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { Role } from "@/lib/access/roles";
import { closeDatabase, openDatabase, type Database } from "@/lib/db/database";
import { indexAll } from "@/lib/log/segments/indexer";
import { startSequencer } from "@/lib/log/sequence/sequencer";
import type { EntryRecord } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { makeHashQueue } from "@/lib/runtime/hash-queue";
import { makeKeyQueue } from "@/lib/runtime/key-queue";
import type { GatewayDeps } from "@/lib/runtime/gateway-deps";
import { sha256Hex } from "@/lib/format/hash";
import type { HostCaller } from "@/lib/signers/host-commands";
import type { SignerClient } from "@/lib/signers/types";
import { createToken } from "@/lib/tokens/create-token";
import { makeSigner } from "@/server/signer/make-signer";
import { system } from "./actors";
import { makeTestRecorder } from "./recorder";
import { createTestClock } from "./clock";
import {
  createTestDatabase,
  type TemplateName,
  type TestDatabase,
} from "@/testing/database/test-database";

type Row = Record<string, unknown>;

/** Chancery's use cases in one process, on a database and a clock that only this test uses. */
/** Whatever function the application's role inserts by. */
const refuseEntries = `
  create function public.refuse_entry() returns trigger language plpgsql
    as $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$;
  create trigger refuse_entry before insert on tlog.inbox for each row
    when (session_user = 'chancery_app') execute function public.refuse_entry()`;

export type Harness = Readonly<{
  deps: GatewayDeps;
  urls: TestDatabase;
  /** The database as the signer's role sees it. */
  signerDb: Database;
  /** The key that seals the signer's keys. */
  kek: Uint8Array;
  /** Where the signer remembers what it signed for the log. */
  witnessDir: string;
  /** Moves the clock by milliseconds. */
  advance: (milliseconds: number) => void;
  /** Stops the clock at a time (milliseconds since 1970). */
  setTime: (time: number) => void;
  /** Runs one statement as superuser, on one connection that is kept; returns its rows. */
  asSuper: (sql: string, values?: readonly unknown[]) => Promise<Row[]>;
  /** Runs SQL as that role on a new connection; returns the values of the first row. */
  as: (role: "app" | "owner" | "signer" | "super", sql: string) => Promise<unknown[]>;
  /** Numbers and indexes everything that is committed. */
  sequence: () => Promise<void>;
  /** All entries so far, in the order of the log. */
  entries: () => Promise<EntryRecord[]>;
  /** The entries about a target, in the order of the log. */
  entriesOf: (targetId: string) => Promise<EntryRecord[]>;
  /** The entries that were written while `work` ran. */
  during: <T>(work: () => Promise<T>) => Promise<{ result: T; entries: EntryRecord[] }>;
  /** The same where nothing numbers entries: read from the inbox. */
  newEntries: <T>(work: () => Promise<T>) => Promise<{ result: T; entries: EntryRecord[] }>;
  /** Runs `work` while the database accepts no entries. */
  withoutRecord: <T>(work: () => Promise<T>) => Promise<T>;
  /** Ends the numbering in the background, for tests that write the log's rows. */
  stopSequencer: () => Promise<void>;
  /** The secret of a new API token. */
  tokenFor: (role: Role, identityId?: string | null) => Promise<string>;
  close: () => Promise<void>;
}>;

export type HarnessOptions = Readonly<{
  /** What the database holds: nothing, or a completed set-up (see createTestCa). */
  template?: TemplateName;
  /** Changes what the signer does. */
  signer?: (signer: SignerClient) => SignerClient;
  /** Entries are numbered in the background as they are committed. */
  sequencer?: boolean;
  /** Of the application's pool. */
  connections?: number;
}>;

/** Opens a database for this test alone, with the use cases and the signer on it. */
export async function openHarness({
  template = "empty",
  signer = (own) => own,
  sequencer: sequences = true,
  connections = 20,
}: HarnessOptions = {}): Promise<Harness> {
  const urls = await createTestDatabase(template);
  const db = openDatabase(urls.appUrl, { max: connections });
  const signerDb = openDatabase(urls.signerUrl, { max: 4 });
  const superuser = openDatabase(urls.superUrl, { max: 1 });
  const folder = mkdtempSync(join(tmpdir(), "chancery-harness-"));
  const witnessDir = join(folder, "witness");
  const clock = createTestClock();
  const deps = openTestDeps({ db, signerDb }, witnessDir, clock, signer);
  const sequencer = sequences ? startSequencer(db) : null;
  const asSuper: Harness["asSuper"] = async (sql, values = []) =>
    (await superuser.pool.query<Row>(sql, [...values])).rows;
  return {
    deps,
    urls,
    signerDb,
    kek: testKek,
    witnessDir,
    advance: clock.advance,
    setTime: clock.setTime,
    asSuper,
    as: (role, sql) => runAs(urls[`${role}Url`], sql),
    stopSequencer: async () => sequencer?.stop(),
    ...entryReaders(db, asSuper),
    tokenFor: async (role, identityId = null) => {
      const input = { name: `test ${role}`, role, identityId, expiresInDays: null };
      return (await createToken(deps, system, input)).result.secret ?? "";
    },
    close: async () => {
      await sequencer?.stop();
      await closeDatabase(superuser);
      await closeDatabase(db);
      await closeDatabase(signerDb);
      await urls.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The key that seals what the signer makes in tests; fixed, so that a template can be copied. */
const testKek: Uint8Array = new Uint8Array(Buffer.alloc(32, "a key of tests alone"));

/** The operator of the host in tests, whom the signer believes. */
export const testHostCaller: HostCaller = {
  token: "the token of the host in tests",
  label: "command line (tester)",
  host: "test-host",
};

/**
 * Everything that reaches outside, for tests: passwords cost the least that argon2id takes, and a
 * caller waits longer for a decision, so that a busy machine denies nothing.
 */
export function openTestDeps(
  { db, signerDb }: Readonly<{ db: Database; signerDb: Database }>,
  witnessDir: string,
  clock: Deps["clock"] = { now: () => new Date() },
  signer: (signer: SignerClient) => SignerClient = (own) => own,
): GatewayDeps {
  const random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) };
  const publicUrl = "http://ca.example.com";
  const recorder = makeTestRecorder({ db, clock, random });
  return {
    db,
    clock,
    random,
    recorder,
    authDb: db,
    authRecorder: recorder,
    authTimeoutMs: 2_500,
    publicUrl,
    passwordCost: { memoryKib: 8, passes: 1 },
    hashQueue: makeHashQueue(),
    keyQueue: makeKeyQueue(),
    sessionIdleMs: 30 * 60_000,
    signer: signer(
      makeSigner({
        db: signerDb,
        kek: testKek,
        random,
        clock,
        publicUrl,
        witnessDir,
        tokens: { setupTokenSha256: "", adminTokenSha256: sha256Hex(testHostCaller.token) },
        headlessDomains: ["example.com"],
      }),
    ),
  };
}

async function runAs(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const results = [await client.query(sql)].flat();
    return Object.values((results.at(-1)?.rows[0] ?? {}) as object);
  } finally {
    await client.end();
  }
}

type EntryReaders = Pick<
  Harness,
  "sequence" | "entries" | "entriesOf" | "during" | "newEntries" | "withoutRecord"
>;

function entryReaders({ pool }: Database, asSuper: Harness["asSuper"]): EntryReaders {
  const number = () => pool.query("select tlog.sequence_batch(100000)");
  const read = async (sql: string, values: readonly unknown[] = []): Promise<EntryRecord[]> =>
    (await asSuper(sql, values)).map((row) => JSON.parse(String(row["entry"])) as EntryRecord);
  const entries = async () => {
    await number();
    return read("select entry from tlog.entry order by seq");
  };
  return {
    entries,
    sequence: async () => {
      await number();
      await indexAll({ pool });
    },
    entriesOf: async (targetId) => {
      await number();
      return read(
        "select entry from tlog.entry where convert_from(entry, 'UTF8')::jsonb #>> '{target,id}' = $1 order by seq",
        [targetId],
      );
    },
    during: async (work) => {
      const before = (await entries()).length;
      const result = await work();
      return { result, entries: (await entries()).slice(before) };
    },
    newEntries: async (work) => {
      const [last] = await asSuper("select coalesce(max(id), 0) as id from tlog.inbox");
      const result = await work();
      const sql = "select entry from tlog.inbox where id > $1 order by id";
      return { result, entries: await read(sql, [last?.["id"]]) };
    },
    withoutRecord: async (work) => {
      await asSuper(refuseEntries);
      try {
        return await work();
      } finally {
        await asSuper("drop function public.refuse_entry cascade");
      }
    },
  };
}
