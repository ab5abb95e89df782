import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Actor } from "@/lib/auth/actor";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { makeTestDatabase } from "@/lib/db/testing/test-database";
import type { Deps } from "@/lib/deps";
import { createIdentity } from "@/lib/identities/create-identity";
import { completeSetup } from "@/lib/setup/complete-setup";
import { makeSigner } from "../make-signer";

/** A whole authority in one process on a database of its own: the use cases, the signer, a clock that a test can set. */
export type TestHouse = Readonly<{
  deps: Deps;
  urls: Readonly<{ appUrl: string; ownerUrl: string; superUrl: string }>;
  /** Where the signer remembers what it signed for the log. */
  witnessDir: string;
  kek: Uint8Array;
  /** Moves the clock on; it stands at the real time otherwise. */
  advance: (milliseconds: number) => void;
  /** Runs one statement as superuser. */
  asSuper: (sql: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>;
  /** All entries about a target, in order, sequenced first. */
  entriesOf: (
    targetId: string,
  ) => Promise<
    {
      action: string;
      outcome: string;
      reason: string | null;
      details: Record<string, unknown>;
      actor: { kind: string; id: string | null };
    }[]
  >;
  close: () => Promise<void>;
}>;

export function testActor(over: Partial<Actor> = {}): Actor {
  return {
    kind: "user",
    id: "usr_01test",
    label: "operator@example.com",
    role: "admin",
    identityId: null,
    credential: null,
    origin: { ip: "192.0.2.7", port: 50123, userAgent: "test", via: ["https"] },
    requestId: "req_01test",
    correlationId: "req_01test",
    ...over,
  };
}

export const setupRequest = {
  organization: "Example",
  adminEmail: "admin@example.com",
  adminPassword: "a long passphrase of words",
} as const;

export async function makeTestHouse(
  options: Readonly<{
    setUp?: boolean;
    signer?: (signer: Deps["signer"]) => Deps["signer"];
    kek?: Uint8Array;
    connections?: number;
  }> = {},
): Promise<TestHouse> {
  const urls = await makeTestDatabase(),
    db = openDatabase(urls.appUrl, { max: options.connections ?? 12 });
  const random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) },
    publicUrl = "http://ca.example.com";
  let ahead = 0;
  const witnessDir = join(mkdtempSync(join(tmpdir(), "chancery-house-")), "witness");
  const kek = options.kek ?? randomBytes(32),
    own = makeSigner({ db, kek, random, publicUrl, witnessDir });
  const deps: Deps = {
    db,
    random,
    publicUrl,
    clock: { now: () => new Date(Date.now() + ahead) },
    signer: options.signer?.(own) ?? own,
  };
  const superuser = openDatabase(urls.superUrl, { max: 1 });
  if (options.setUp !== false) await completeSetup(deps, testActor(), setupRequest);
  const asSuper = async (sql: string, values: readonly unknown[] = []) =>
    (await superuser.pool.query<Record<string, unknown>>(sql, [...values])).rows;
  return {
    deps,
    urls,
    asSuper,
    witnessDir,
    kek,
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
    entriesOf: async (targetId) => {
      await db.pool.query("select tlog.sequence_batch(100000)");
      const rows = await asSuper(
        "select convert_from(entry, 'UTF8')::jsonb as entry from tlog.entry where convert_from(entry, 'UTF8')::jsonb #>> '{target,id}' = $1 order by seq",
        [targetId],
      );
      return rows.map((row) => row["entry"] as Awaited<ReturnType<TestHouse["entriesOf"]>>[number]);
    },
    close: async () => {
      await closeDatabase(superuser);
      await closeDatabase(db);
      await urls.drop();
      rmSync(join(witnessDir, ".."), { recursive: true, force: true });
    },
  };
}

let made = 0;

/** A service to bind certificates to; returns its id. */
export async function makeTestIdentity(deps: Deps, name = `service-${++made}`): Promise<string> {
  return (
    await createIdentity(deps, testActor(), {
      kind: "service",
      name,
      owner: "team@example.com",
      note: "",
    })
  ).id;
}
