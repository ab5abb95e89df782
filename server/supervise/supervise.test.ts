import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { readRunFile } from "@/lib/runtime-file";
import { readPostmasterPid } from "./postgres/find-orphan";
import {
  appUrlOf,
  isAlive,
  pidOf,
  readEvents,
  runStandIn,
  until,
  type StandIn,
} from "./testing/run-stand-in";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 }); // several real starts each, beside whatever else runs

// mkdtemp makes a folder that only its owner may enter: as root, PostgreSQL's own user could not walk into it.
let data = "";
const running: StandIn[] = [];
const RUNNING = /Chancery is running/;

beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "chancery-supervise-"));
});
afterAll(() => rmSync(data, { recursive: true, force: true }));
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.signal("SIGTERM");
    await one.exited;
  }
});

function start(settings: Record<string, string> = {}, folder = data): StandIn {
  const one = runStandIn(folder, settings);
  running.push(one);
  return one;
}

const postgresPid = () => readPostmasterPid(join(data, "pg"))?.pid ?? 0;

async function ask(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: appUrlOf(data) });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows.flat();
  } finally {
    await client.end();
  }
}

const remember = (key: string) =>
  ask(
    `INSERT INTO idempotency_key (actor_id, key, request_hash, created_at) VALUES ('test', '${key}', '', now())`,
  );
const remembered = () =>
  ask("SELECT key FROM idempotency_key WHERE actor_id = 'test' ORDER BY key");

test("a first start makes database, keys and a setup link, and keeps secrets to their owner's eyes", async () => {
  const one = start();
  await one.says(RUNNING);
  expect(one.output()).toMatch(/http:\/\/localhost:3000\/setup\?token=[\w-]{32}\n/);
  for (const file of ["kek", "session.key", "run.json"])
    expect(statSync(join(data, file)).mode & 0o777).toBe(0o600);
  expect(await ask("SELECT current_user")).toEqual(["chancery_app"]);
  expect(one.output()).not.toContain(readFileSync(join(data, "kek"), "utf8").trim());
  expect(one.output()).not.toContain(new URL(appUrlOf(data)).password);
});

test("the database listens on its private socket alone, and knows no password of an earlier start", async () => {
  const before = start();
  await before.says(RUNNING);
  const oldPassword = new URL(appUrlOf(data)).password;
  expect(await ask("SHOW listen_addresses")).toEqual([""]);
  before.signal("SIGTERM");
  await before.exited;
  const after = start();
  await after.says(RUNNING);
  const client = new pg.Client({
    connectionString: appUrlOf(data).replace(new URL(appUrlOf(data)).password, oldPassword),
  });
  await expect(client.connect()).rejects.toThrow(/password authentication failed/);
});

test("each child knows its own secrets and nobody else's", async () => {
  const one = start({
    CHANCERY_ADMIN_PASSWORD: "a long passphrase",
    CHANCERY_ADMIN_EMAIL: "admin@example.com",
    DATABASE_OWNER_URL: "",
    OTHER_SECRET: "x",
  });
  await one.says(RUNNING);
  const knows = (name: string) =>
    readEvents(data)
      .filter((line) => line.startsWith(`${name} knows`))
      .at(-1)
      ?.split(" ")
      .slice(2) ?? [];
  const secrets = [
    "CHANCERY_KEK",
    "NEXTAUTH_SECRET",
    "CHANCERY_SESSION_SECRET",
    "CHANCERY_SETUP_TOKEN_SHA256",
    "CHANCERY_ADMIN_PASSWORD",
    "DATABASE_OWNER_URL",
    "OTHER_SECRET",
  ];
  expect(knows("signer").filter((name) => secrets.includes(name))).toEqual(["CHANCERY_KEK"]);
  expect(knows("door").filter((name) => secrets.includes(name))).toEqual([
    "CHANCERY_ADMIN_PASSWORD",
  ]);
  expect(knows("console").filter((name) => secrets.includes(name))).toEqual([
    "CHANCERY_SESSION_SECRET",
    "CHANCERY_SETUP_TOKEN_SHA256",
    "NEXTAUTH_SECRET",
  ]);
});

test("SIGTERM ends door, console, signer and PostgreSQL in this order, and leaves nothing behind but the data", async () => {
  const one = start();
  await one.says(RUNNING);
  const { runDir } = readRunFile(data) ?? { runDir: "" };
  const postgres = postgresPid();
  await remember("before-the-end");
  rmSync(join(data, "events"));
  one.signal("SIGTERM");
  expect(await one.exited).toBe(0);
  expect(readEvents(data)).toEqual(["door ended", "console ended", "signer ended"]);
  expect(isAlive(postgres)).toBe(false);
  for (const path of [
    runDir,
    join(data, "run.json"),
    join(data, "lock"),
    join(data, "pg/postmaster.pid"),
  ])
    expect(existsSync(path)).toBe(false);
  const next = start();
  await next.says(RUNNING);
  expect(next.output()).not.toMatch(/recovers|taken over/);
  expect(await remembered()).toContain("before-the-end");
});

test("a second start on the same data is refused with the pid and a way out, and does not disturb the first", async () => {
  const first = start();
  await first.says(RUNNING);
  const postgres = postgresPid();
  const second = runStandIn(data);
  expect(await second.exited).toBe(1);
  expect(second.output()).toContain(`Another Chancery (process ${first.pid}) is running`);
  expect(second.output()).toContain("CHANCERY_DATA");
  expect(postgresPid()).toBe(postgres);
  expect(await ask("SELECT 1")).toEqual([1]);
});

test("a killed supervisor's children end by themselves, and its PostgreSQL is stopped and taken over", async () => {
  const first = start();
  await first.says(RUNNING);
  await remember("orphan");
  const orphan = postgresPid(),
    children = ["signer", "console", "door"].map((name) => pidOf(data, name));
  first.signal("SIGKILL");
  await first.exited;
  await until(() => children.every((pid) => !isAlive(pid)));
  expect(isAlive(orphan)).toBe(true);
  const second = start();
  await second.says(RUNNING);
  expect(second.output()).toContain("taken over");
  expect(isAlive(orphan)).toBe(false);
  expect(await remembered()).toContain("orphan");
});

test("after kill -9 of everything the next start recovers every committed row", async () => {
  const first = start();
  await first.says(RUNNING);
  for (let n = 0; n < 50; n++) await remember(`crash-${String(n).padStart(2, "0")}`);
  const pids = [
    first.pid,
    postgresPid(),
    ...["signer", "console", "door"].map((name) => pidOf(data, name)),
  ];
  for (const pid of pids) process.kill(pid, "SIGKILL");
  await until(() => pids.every((pid) => !isAlive(pid)));
  const second = start();
  await second.says(RUNNING);
  expect(second.output()).toContain("recovers");
  expect((await remembered()).filter((key) => String(key).startsWith("crash-"))).toHaveLength(50);
});

test("a pid file that names somebody else's living process does not keep PostgreSQL from starting, nor harm that process", async () => {
  const first = start();
  await first.says(RUNNING);
  const file = readFileSync(join(data, "pg/postmaster.pid"), "utf8");
  first.signal("SIGTERM");
  await first.exited;
  writeFileSync(join(data, "pg/postmaster.pid"), file.replace(/^\d+/, String(process.pid)));
  const { uid, gid } = statSync(join(data, "pg"));
  chownSync(join(data, "pg/postmaster.pid"), uid, gid);
  const second = start();
  await second.says(RUNNING);
  expect(await ask("SELECT 1")).toEqual([1]);
});

test("a child that dies is started again, and it is said", async () => {
  const one = start();
  await one.says(RUNNING);
  for (const name of ["signer", "door"]) {
    const pid = pidOf(data, name);
    process.kill(pid, "SIGKILL");
    await one.says(new RegExp(`${name} +\\| ended unexpectedly \\(SIGKILL\\)`));
    await one.says(new RegExp(`${name} +\\| is ready again`));
    expect(isAlive(pidOf(data, name))).toBe(true);
    expect(pidOf(data, name)).not.toBe(pid);
  }
});

test("a PostgreSQL that dies is started again behind the same address", async () => {
  const one = start();
  await one.says(RUNNING);
  const pid = postgresPid(),
    url = appUrlOf(data);
  process.kill(pid, "SIGKILL");
  await one.says(/PostgreSQL ended \(SIGKILL\)/);
  await until(() => postgresPid() !== pid && postgresPid() !== 0);
  await until(() =>
    ask("SELECT 1").then(
      () => true,
      () => false,
    ),
  );
  expect(appUrlOf(data)).toBe(url);
});

test("a lost sealing key is never replaced by a new one while the database holds keys sealed with it", async () => {
  const first = start();
  await first.says(RUNNING);
  await ask(
    "INSERT INTO signing_key (id, algorithm, spki_der, sealed, created_at) VALUES ('key_test', 'ecdsa-p256', '', '', now())",
  );
  first.signal("SIGTERM");
  await first.exited;
  const kek = readFileSync(join(data, "kek"));
  rmSync(join(data, "kek"));
  const second = runStandIn(data);
  expect(await second.exited).toBe(1);
  expect(second.output()).toMatch(/kek is missing.*Put the file back from your backup/);
  writeFileSync(join(data, "kek"), kek, { mode: 0o600 });
  const third = start();
  await third.says(RUNNING);
});

test("wrong settings are refused with every name before anything is started", async () => {
  const one = runStandIn(data, { CHANCERY_HTTP_PORT: "eighty", CHANCERY_PUBLIC_URL: "nowhere" });
  expect(await one.exited).toBe(1);
  expect(one.output()).toMatch(/CHANCERY_HTTP_PORT[^]*CHANCERY_PUBLIC_URL/);
  const two = runStandIn(data, { DATABASE_OWNER_URL: "postgresql://owner@localhost/chancery" });
  expect(await two.exited).toBe(1);
  expect(two.output()).toContain("DATABASE_OWNER_URL is set without DATABASE_URL");
});

test("an ordinary user starts it as well", async () => {
  const user = process.getuid?.() === 0 ? 65_534 : undefined;
  const folder = mkdtempSync(join(tmpdir(), "chancery-ordinary-"));
  if (user !== undefined) chownSync(folder, user, user);
  const one = runStandIn(folder, {}, user);
  try {
    await one.says(RUNNING);
    expect(statSync(join(folder, "pg")).uid).toBe(user ?? process.getuid?.());
  } finally {
    one.signal("SIGTERM");
    await one.exited;
    rmSync(folder, { recursive: true, force: true });
  }
});
