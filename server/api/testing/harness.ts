import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemActor, type Actor } from "@/lib/auth/actor";
import type { Role } from "@/lib/auth/permissions";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { makeTestDatabase, type TestDatabase } from "@/lib/db/testing/test-database";
import type { Deps, SignerClient } from "@/lib/deps";
import { startSequencer } from "@/lib/log/sequencer";
import type { EntryRecord } from "@/lib/log/types";
import { createToken } from "@/lib/tokens/create-token";
import { makeSigner } from "@/server/signer/make-signer";

/** A database, a clock that a test can move, and a log that moves by itself. */
export type Harness = Readonly<{
  deps: Deps;
  urls: TestDatabase;
  /** Moves the clock on. */
  pass: (seconds: number) => void;
  /** All entries so far in the order of the log. */
  entries: () => Promise<EntryRecord[]>;
  /** The entries that came about during `act`. */
  during: <T>(act: () => Promise<T>) => Promise<{ result: T; entries: EntryRecord[] }>;
  /** From now on nothing is numbered by itself: for tests that write the log's rows. */
  stopSequencer: () => Promise<void>;
  /** What `act` put into the inbox, where nothing is numbered. */
  newEntries: <T>(act: () => Promise<T>) => Promise<{ result: T; entries: EntryRecord[] }>;
  /** Runs `act` while the database takes no entries. */
  withoutRecord: <T>(act: () => Promise<T>) => Promise<T>;
  /** The secret of a new token. */
  tokenFor: (role: Role, identityId?: string | null) => Promise<string>;
  close: () => Promise<void>;
}>;

const noSigner: SignerClient = {
  createKey: () => Promise.reject(new Error("no signer here")),
  signCertificate: () => Promise.reject(new Error("no signer here")),
  signCrl: () => Promise.reject(new Error("no signer here")),
  createLogKey: () => Promise.reject(new Error("no signer here")),
  signCheckpoint: () => Promise.reject(new Error("no signer here")),
  remembered: () => Promise.resolve(null),
  rememberedAll: () => Promise.resolve([]),
  ping: () => Promise.resolve(),
};

export const system: Actor = systemActor("test", "req_test");

/** Somebody who has not signed in, at an address. */
export const stranger = (ip = "192.0.2.7"): Actor => ({
  kind: "anonymous",
  id: null,
  label: "anonymous",
  role: null,
  identityId: null,
  credential: null,
  origin: { ip, port: 50123, userAgent: "curl/8.1", via: ["https"] },
  requestId: "req_stranger",
  correlationId: "req_stranger",
});

/** `signing`: with the real signer in this process, for tests that issue. */
export async function openHarness({
  signing = false,
}: Readonly<{ signing?: boolean }> = {}): Promise<Harness> {
  const urls = await makeTestDatabase();
  const db = openDatabase(urls.appUrl, { max: 20 });
  const random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) },
    publicUrl = "http://localhost:3000";
  const witnessDir = join(mkdtempSync(join(tmpdir(), "chancery-harness-")), "witness");
  const signer = signing
    ? makeSigner({ db, kek: random.bytes(32), random, publicUrl, witnessDir })
    : noSigner;
  let aheadMs = 0;
  const deps: Deps = {
    db,
    signer,
    publicUrl,
    random,
    clock: { now: () => new Date(Date.now() + aheadMs) },
  };
  const sequencer = startSequencer(db);
  const entries = async (): Promise<EntryRecord[]> => {
    await db.pool.query("select tlog.sequence_batch(100000)");
    const { rows } = await db.pool.query<{ entry: Buffer }>(
      "select entry from tlog.entry order by seq",
    );
    return rows.map((row) => JSON.parse(row.entry.toString("utf8")) as EntryRecord);
  };
  return {
    deps,
    urls,
    entries,
    pass: (seconds) => {
      aheadMs += seconds * 1000;
    },
    async during(act) {
      const before = (await entries()).length;
      const result = await act();
      return { result, entries: (await entries()).slice(before) };
    },
    stopSequencer: () => sequencer.stop(),
    newEntries: (act) => newEntries(urls.superUrl, act),
    withoutRecord: (act) => withoutRecord(urls.superUrl, act),
    tokenFor: async (role, identityId = null) =>
      (
        await createToken(deps, system, {
          name: `test ${role}`,
          role,
          identityId,
          expiresInDays: null,
        })
      ).secret ?? "",
    async close() {
      await sequencer.stop();
      await closeDatabase(db);
      await urls.drop();
      rmSync(join(witnessDir, ".."), { recursive: true, force: true });
    },
  };
}

async function withoutRecord<T>(superUrl: string, act: () => Promise<T>): Promise<T> {
  const owner = openDatabase(superUrl, { max: 1 });
  try {
    await owner.pool.query("revoke insert (entry) on tlog.inbox from chancery_app");
    return await act();
  } finally {
    await owner.pool.query("grant insert (entry) on tlog.inbox to chancery_app");
    await closeDatabase(owner);
  }
}

async function newEntries<T>(
  superUrl: string,
  act: () => Promise<T>,
): Promise<{ result: T; entries: EntryRecord[] }> {
  const owner = openDatabase(superUrl, { max: 1 });
  try {
    const {
      rows: [last],
    } = await owner.pool.query<{ id: string }>("select coalesce(max(id), 0) as id from tlog.inbox");
    const result = await act();
    const { rows } = await owner.pool.query<{ entry: Buffer }>(
      "select entry from tlog.inbox where id > $1 order by id",
      [last?.id],
    );
    return {
      result,
      entries: rows.map((row) => JSON.parse(row.entry.toString("utf8")) as EntryRecord),
    };
  } finally {
    await closeDatabase(owner);
  }
}
