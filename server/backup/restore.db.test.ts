import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomBytes } from "node:crypto";
import { sha256Hex } from "@/lib/format/hash";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { startPostgres } from "@/server/supervise/postgres/start-server";
import { createEmptyDatabase } from "@/testing/backup";
import { system } from "@/testing/actors";
import type { TestDatabase } from "@/testing/database/test-database";
import { openPublishingLog, type PublishingLog } from "@/testing/log/publish/pipeline-fixture";
import { backUp } from "./back-up";
import { manifestDigestName, manifestName, type Manifest } from "./manifest";
import { restoreBackup, type RestoreOptions } from "./restore";
import { makeFolderSink } from "./sinks";

const root = findRepoRoot();
const place = mkdtempSync(join(tmpdir(), "chancery-restore-test-"));
const sealed = join(place, "sealed"),
  withoutKeys = join(place, "without-keys");
let fixture: PublishingLog;
let signed = 0;
let count = 0;

const restore = (folder: string, more: Partial<RestoreOptions> = {}) =>
  restoreBackup({
    root,
    folder,
    dataFolder: join(place, `data-${++count}`),
    settings: { CHANCERY_KEK: Buffer.from(fixture.harness.kek).toString("base64") },
    withProblems: false,
    actor: system,
    clock: { now: () => new Date() },
    random: { bytes: (n) => new Uint8Array(randomBytes(n)) },
    onProgress: () => {},
    ...more,
  });

/** Rows of the database that was restored into that data folder. */
async function query(dataFolder: string, sql: string): Promise<Record<string, unknown>[]> {
  const server = await startPostgres({
    root,
    folder: join(dataFolder, "pg"),
    durable: false,
    print: () => {},
  });
  const client = new pg.Client({ connectionString: server.superUrl("chancery") });
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
    await server.stop();
  }
}

beforeAll(async () => {
  fixture = await openPublishingLog({ template: "ca" });
  fixture.start();
  await fixture.write(40);
  signed = await fixture.published();
  const options = {
    databaseUrl: fixture.harness.urls.superUrl,
    signerFolder: fixture.harness.witnessDir,
    now: new Date(),
  };
  await backUp({ ...options, keys: "sealed" }, makeFolderSink(sealed));
  await backUp({ ...options, keys: "none" }, makeFolderSink(withoutKeys));
  await fixture.write(7);
  await fixture.published();
});
afterAll(async () => {
  await fixture.close();
  rmSync(place, { recursive: true, force: true });
});

describe("a restore is refused before anything is put in place", () => {
  test("with a KEK that opens no key, and the folder has no database afterwards", async () => {
    const dataFolder = join(place, "wrong-kek");
    const settings = { CHANCERY_KEK: randomBytes(32).toString("base64") };
    await expect(restore(sealed, { dataFolder, settings })).rejects.toThrow(
      /The KEK from CHANCERY_KEK is not the one that sealed the keys/,
    );
    expect(readdirSync(dataFolder)).toEqual([]);
  });

  test("without a KEK", async () => {
    await expect(restore(sealed, { settings: {} })).rejects.toThrow(/kek is missing/);
  });

  test("into a folder that holds a database", async () => {
    const dataFolder = join(place, "in-use");
    cpSync(sealed, join(dataFolder, "pg"), { recursive: true });
    await expect(restore(sealed, { dataFolder })).rejects.toThrow(/holds a database already/);
    expect(existsSync(join(dataFolder, "pg", manifestName))).toBe(true);
  });

  /** A copy in which the rows of the accounts are others, and every digest fits. */
  function withAccounts(change: (rows: string) => string): string {
    const folder = mkdtempSync(join(place, "changed-"));
    cpSync(sealed, folder, { recursive: true });
    const path = "tables/public.account.000001.copy.gz";
    const rows = gunzipSync(readFileSync(join(folder, path))).toString("utf8");
    expect(change(rows)).not.toBe(rows);
    const changed = gzipSync(change(rows));
    writeFileSync(join(folder, path), changed);
    const manifest = JSON.parse(readFileSync(join(folder, manifestName), "utf8")) as Manifest;
    const files = manifest.files.map((file) =>
      file.path === path ? { path, size: changed.length, sha256: sha256Hex(changed) } : file,
    );
    const text = JSON.stringify({ ...manifest, files });
    writeFileSync(join(folder, manifestName), text);
    writeFileSync(join(folder, manifestDigestName), `${sha256Hex(text)}  ${manifestName}\n`);
    return folder;
  }

  test("if a row was changed and every digest made to fit", async () => {
    const folder = withAccounts((rows) => rows.replace("\tadmin\t", "\tauditor\t"));
    await expect(restore(folder)).rejects.toThrow(/doesn't verify[^]*account/);
  });

  test.each<[string, (rows: string) => string, RegExp]>([
    ["if a row has lost a column", (rows) => rows.replace("\tadmin\t", "\t"), /account can't be/],
    ["if a row is gone", (rows) => rows.slice(rows.indexOf("\n") + 1), /has 0 rows.*says 1/],
    ["if a row is there twice", (rows) => rows + rows, /account can't be .*duplicate key/],
  ])("%s, and nothing is left of what had been restored", async (_name, change, message) => {
    const dataFolder = mkdtempSync(join(place, "data-"));
    await expect(restore(withAccounts(change), { dataFolder })).rejects.toThrow(message);
    expect(readdirSync(dataFolder)).toEqual([]);
  });
});

test("where the signer never signed the log, the restored one is halted, with an entry, until it is continued", async () => {
  const dataFolder = join(place, "elsewhere");
  const restored = await restore(sealed, { dataFolder });
  expect(restored).toMatchObject({
    memory: { state: "unknown" },
    memoryFiles: { kept: 0 },
    filled: { problems: [] },
  });
  const [row] = await query(
    dataFolder,
    "select halted ->> 'code' as code, (select count(*)::int from signer.sealed_key) as keys, (select array_agg(convert_from(entry, 'UTF8')::jsonb ->> 'action' order by id) from tlog.inbox) as waiting from tlog.head",
  );
  expect(row).toMatchObject({ code: "log.restored" });
  expect(row?.["keys"]).toBeGreaterThan(0);
  expect(row?.["waiting"]).toEqual(
    expect.arrayContaining(["log.halted", "backup.restored", "source.heartbeat"]),
  );
});

test("next to the signer's own memory nothing is halted by the restore, and the start compares what is missing", async () => {
  const dataFolder = join(place, "in-place");
  const settings = {
    CHANCERY_KEK: Buffer.from(fixture.harness.kek).toString("base64"),
    CHANCERY_WITNESS_DIR: fixture.harness.witnessDir,
  };
  const restored = await restore(sealed, { dataFolder, settings });
  expect(restored.memory).toMatchObject({ state: "kept" });
  expect(restored.memory.state === "kept" && restored.memory.size).toBeGreaterThan(signed);
  expect(await query(dataFolder, "select halted from tlog.head")).toEqual([{ halted: null }]);
});

test("a backup without keys holds no sealed key, and is restored without the KEK", async () => {
  const dataFolder = join(place, "no-keys");
  const manifest = JSON.parse(readFileSync(join(withoutKeys, manifestName), "utf8")) as Manifest;
  expect(
    manifest.tables.filter(({ name, rows }) => /^signer\..*key$/.test(name) && rows > 0),
  ).toEqual([]);
  await restore(withoutKeys, { dataFolder, settings: {} });
  expect(await query(dataFolder, "select count(*)::int as n from signer.sealed_key")).toEqual([
    { n: 0 },
  ]);
});

describe("into the operator's own server", () => {
  let empty: TestDatabase;
  beforeAll(async () => {
    empty = await createEmptyDatabase(fixture.harness.urls);
  });
  afterAll(() => empty.drop());
  const settings = () => ({
    CHANCERY_KEK: Buffer.from(fixture.harness.kek).toString("base64"),
    DATABASE_URL: empty.appUrl,
    DATABASE_OWNER_URL: empty.ownerUrl,
    DATABASE_SIGNER_URL: empty.signerUrl,
  });

  test("the backup is rehearsed elsewhere first, and then restored there whole; a second time is refused", async () => {
    const dataFolder = join(place, "own");
    const restored = await restore(sealed, { dataFolder, settings: settings() });
    expect(restored.filled.problems).toEqual([]);
    expect(existsSync(join(dataFolder, "pg"))).toBe(false);
    await expect(restore(sealed, { settings: settings() })).rejects.toThrow(
      /database is not empty: it has [^]*Nothing was changed/,
    );
  });

  test("it needs the role that owns the tables", async () => {
    const { DATABASE_OWNER_URL: _owner, ...rest } = settings();
    await expect(restore(sealed, { settings: rest })).rejects.toThrow(/DATABASE_OWNER_URL/);
  });
});
