import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { toHex } from "@/lib/log/pure/bytes";
import { makeLogKey } from "@/lib/signers/log-key";
import { createTestDatabase, type TestDatabase } from "@/testing/database/test-database";
import {
  runStubbedSupervisor,
  type StubbedSupervisor,
} from "@/testing/supervise/stubbed-supervisor";

// Real starts that are refused before anything changes: the requirement itself has its own tests.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
const RUNNING = /Chancery is running/;
let database: TestDatabase;
const folders: string[] = [];
const running: StubbedSupervisor[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.signal("SIGTERM");
    await one.exited;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "chancery-refused-"));
  folders.push(folder);
  return folder;
}
const settings = () => ({
  DATABASE_URL: database.appUrl,
  DATABASE_OWNER_URL: database.ownerUrl,
  DATABASE_SIGNER_URL: database.signerUrl,
});
function start(own: Record<string, string> = {}, folder = makeFolder()): StubbedSupervisor {
  const one = runStubbedSupervisor(folder, { ...settings(), ...own });
  running.push(one);
  return one;
}
async function ask(sql: string, url = database.superUrl): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return (await client.query<Record<string, unknown>>(sql).finally(() => client.end())).rows;
}
/** What a start could have changed: tables and which migrations are applied. */
const schema = async (url = database.superUrl) => [
  await ask(
    "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1, 2",
    url,
  ),
  await ask("select migration_name, finished_at from _prisma_migrations order by 1", url).catch(
    () => "no migrations",
  ),
];

test("a KEK that opens none of the database's keys is refused, and a migration that is due isn't applied", async () => {
  const { publicKey, sealed } = await makeLogKey(
    randomBytes(32),
    randomBytes(12),
    "ca.example.com/log/1",
  );
  await ask(
    `insert into signer.log_key (origin, vkey, public_key, sealed) values ('ca.example.com/log/1', '', '\\x${toHex(publicKey)}', '\\x${toHex(sealed)}')`,
  );
  await ask(
    "delete from _prisma_migrations where migration_name = (select max(migration_name) from _prisma_migrations)",
  );
  const before = await schema();
  const one = start({ CHANCERY_KEK: randomBytes(32).toString("base64") });
  expect(await one.exited).toBe(1);
  expect(one.output()).toMatch(
    /KEK from CHANCERY_KEK is not the one that sealed the keys.*Nothing was changed/,
  );
  expect(await schema()).toEqual(before);
});

test("without its KEK, a database that has keys gets no new one", async () => {
  const { publicKey, sealed } = await makeLogKey(
    randomBytes(32),
    randomBytes(12),
    "ca.example.com/log/1",
  );
  await ask(
    `insert into signer.log_key (origin, vkey, public_key, sealed) values ('ca.example.com/log/1', '', '\\x${toHex(publicKey)}', '\\x${toHex(sealed)}')`,
  );
  const folder = makeFolder();
  const one = start({}, folder);
  expect(await one.exited).toBe(1);
  expect(one.output()).toMatch(/kek is missing/);
  expect(existsSync(join(folder, "kek"))).toBe(false);
});

test("a setting with a wrong name is refused with the name that was meant, and no folder is filled", async () => {
  const folder = makeFolder();
  const one = start({ CHANCERY_PUBLIC_ULR: "https://ca.example.com" }, folder);
  expect(await one.exited).toBe(1);
  expect(one.output()).toContain("CHANCERY_PUBLIC_ULR: did you mean CHANCERY_PUBLIC_URL?");
  for (const name of ["kek", "session.key", "pg"])
    expect(existsSync(join(folder, name))).toBe(false);
});

test("a database with another encoding is refused, and stays without tables", async () => {
  const name = `ascii_${randomBytes(6).toString("hex")}`;
  await ask(
    `create database ${name} encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0`,
  );
  const inAscii = (url: string): string => {
    const own = new URL(url);
    own.pathname = `/${name}`;
    return own.href;
  };
  try {
    const one = start({
      DATABASE_URL: inAscii(database.appUrl),
      DATABASE_OWNER_URL: inAscii(database.ownerUrl),
      DATABASE_SIGNER_URL: inAscii(database.signerUrl),
    });
    expect(await one.exited).toBe(1);
    expect(one.output()).toMatch(/its encoding is SQL_ASCII.*Nothing was changed/);
    expect(await schema(inAscii(database.superUrl))).toEqual([[], "no migrations"]);
  } finally {
    await ask(`drop database ${name}`);
  }
});

test("a second node with another session.key, KEK or public URL is refused, and runs with the same", async () => {
  const [first, second] = [makeFolder(), makeFolder()];
  const url = { CHANCERY_PUBLIC_URL: "https://ca.example.com" };
  const one = start(url, first);
  await one.says(RUNNING);
  const refused = start(url, second);
  expect(await refused.exited).toBe(1);
  expect(refused.output()).toMatch(/^session\.key and KEK must be the same on all nodes/m);
  copyFileSync(join(first, "session.key"), join(second, "session.key"));
  const withoutKek = start(url, second);
  expect(await withoutKek.exited).toBe(1);
  expect(withoutKek.output()).toMatch(/^KEK must be the same on all nodes/m);
  copyFileSync(join(first, "kek"), join(second, "kek"));
  const other = start({ CHANCERY_PUBLIC_URL: "https://pki.example.com" }, second);
  expect(await other.exited).toBe(1);
  expect(other.output()).toMatch(/^CHANCERY_PUBLIC_URL must be the same on all nodes/m);
  const same = start(url, second);
  await same.says(RUNNING);
});

test("a node that runs alone may be started again with another public URL", async () => {
  const folder = makeFolder();
  const one = start({ CHANCERY_PUBLIC_URL: "https://ca.example.com" }, folder);
  await one.says(RUNNING);
  one.signal("SIGTERM");
  await one.exited;
  const next = start({ CHANCERY_PUBLIC_URL: "https://pki.example.com" }, folder);
  await next.says(RUNNING);
  expect(next.output()).toContain("https://pki.example.com");
});
