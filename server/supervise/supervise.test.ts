import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { toHex } from "@/lib/log/pure/bytes";
import { makeLogKey } from "@/lib/signers/log-key";
import { secretNames } from "@/lib/runtime/read-secrets";
import { readRunFile } from "@/lib/runtime/run-file";
import { readPostmasterPid } from "@/server/supervise/postgres/find-orphan";
import { changeStoppedDatabase } from "@/testing/supervise/change-stopped-database";
import { findReadableClone } from "@/testing/supervise/readable-clone";
import {
  appUrlOf,
  clearEvents,
  isAlive,
  pidOf,
  readEvents,
  runStubbedSupervisor,
  type StubbedSupervisor,
  until,
} from "@/testing/supervise/stubbed-supervisor";

// mkdtemp makes a folder that only its owner may enter: as root, PostgreSQL's own user could not
// walk into it.
let data = "";
const running: StubbedSupervisor[] = [];
const RUNNING = /Chancery is running/;

beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "chancery-supervise-"));
});
afterAll(() => {
  for (const path of [data, `${data}.events`]) rmSync(path, { recursive: true, force: true });
});
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.signal("SIGTERM");
    await one.exited;
  }
});

function start(settings: Record<string, string> = {}, folder = data): StubbedSupervisor {
  const one = runStubbedSupervisor(folder, settings);
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

test("a first start creates database, keys and a setup link, and secrets are readable only by their owner", async () => {
  const one = start();
  await one.says(RUNNING);
  expect(one.output()).toMatch(/http:\/\/localhost:3000\/setup\?token=[\w-]{32}\n/);
  for (const file of ["kek", "session.key", "run.json"])
    expect(statSync(join(data, file)).mode & 0o777).toBe(0o600);
  expect(await ask("SELECT current_user")).toEqual(["chancery_app"]);
  expect(one.output()).not.toContain(readFileSync(join(data, "kek"), "utf8").trim());
  expect(one.output()).not.toContain(new URL(appUrlOf(data)).password);
});

test("the database listens only on its private socket, and accepts no password of an earlier start", async () => {
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

test("each child process gets only its own secrets, and none in its environment", async () => {
  const one = start({
    CHANCERY_ADMIN_PASSWORD: "correct horse battery staple",
    CHANCERY_ADMIN_EMAIL: "admin@example.com",
    DATABASE_OWNER_URL: "",
    OTHER_SECRET: "x",
  });
  await one.says(RUNNING);
  const noted = (name: string, what: string) =>
    readEvents(data)
      .filter((line) => line.startsWith(`${name} ${what} `))
      .at(-1)
      ?.split(" ")
      .slice(2) ?? [];
  const secrets = [
    ...secretNames,
    "CHANCERY_KEK",
    "NEXTAUTH_SECRET",
    "DATABASE_OWNER_URL",
    "OTHER_SECRET",
  ];
  expect(noted("gateway", "knows")).toContain("CHANCERY_BOUNDARY");
  for (const name of ["signer", "gateway", "console"]) {
    expect(noted(name, "knows")).toContain("CHANCERY_RUN_DIR");
    expect(noted(name, "knows").filter((variable) => secrets.includes(variable))).toEqual([]);
  }
  expect(noted("signer", "received")).toEqual([
    "CHANCERY_HOST_TOKEN_SHA256",
    "CHANCERY_SETUP_TOKEN_SHA256",
    "DATABASE_SIGNER_URL",
    "KEK:32",
  ]);
  expect(noted("gateway", "received")).toEqual([
    "CHANCERY_ADMIN_PASSWORD",
    "CHANCERY_DELIVERY_KEY",
    "CHANCERY_WITNESS_POLICY_TEXT",
    "DATABASE_URL",
  ]);
  expect(noted("console", "received")).toEqual([
    "CHANCERY_DELIVERY_KEY",
    "CHANCERY_SESSION_SECRET",
    "CHANCERY_SETUP_TOKEN_SHA256",
    "CHANCERY_WITNESS_POLICY_TEXT",
    "DATABASE_URL",
  ]);
});

test("a secret in the environment of the supervisor is taken with a warning that names the file form", async () => {
  const kek = readFileSync(join(data, "kek"), "utf8").trim();
  const one = start({
    CHANCERY_KEK: kek,
    CHANCERY_ADMIN_PASSWORD: "correct horse battery staple",
  });
  await one.says(RUNNING);
  expect(one.output()).toMatch(/CHANCERY_KEK is in the environment.*CHANCERY_KEK_FILE/);
  expect(one.output()).toMatch(/CHANCERY_ADMIN_PASSWORD is in .*CHANCERY_ADMIN_PASSWORD_FILE/);
  expect(one.output()).not.toContain(kek);
  expect(one.output()).not.toContain("correct horse");
});

test("run.json and the banner say which Node.js each process runs on, also after a restart", async () => {
  const one = start();
  await one.says(RUNNING);
  await one.says(new RegExp(`Node\\.js +${process.version}\n`));
  const processes = () => readRunFile(data)?.processes ?? [];
  expect(processes().map(({ name }) => name)).toEqual([
    "supervisor",
    expect.stringMatching(/signer|console/),
    expect.stringMatching(/signer|console/),
    "gateway",
  ]);
  expect(new Set(processes().map(({ node }) => node))).toEqual(new Set([process.version]));
  const signer = () => processes().find(({ name }) => name === "signer")?.pid ?? 0;
  const before = signer();
  process.kill(before, "SIGKILL");
  await until(() => signer() !== before);
  expect(signer()).toBe(pidOf(data, "signer"));
});

test("SIGTERM ends gateway, console, signer and PostgreSQL in this order, and leaves nothing behind but the data", async () => {
  const one = start();
  await one.says(RUNNING);
  const { runDir } = readRunFile(data) ?? { runDir: "" };
  const postgres = postgresPid();
  await remember("before-the-end");
  clearEvents(data);
  one.signal("SIGTERM");
  expect(await one.exited).toBe(0);
  expect(readEvents(data)).toEqual(["gateway ended", "console ended", "signer ended"]);
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
  expect(next.output()).not.toMatch(/recovering|of an earlier run/);
  expect(await remembered()).toContain("before-the-end");
});

test("a second start on the same data folder is refused with the pid and a remedy, and does not disturb the first", async () => {
  const first = start();
  await first.says(RUNNING);
  const postgres = postgresPid();
  const second = runStubbedSupervisor(data);
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
    children = ["signer", "console", "gateway"].map((name) => pidOf(data, name));
  first.signal("SIGKILL");
  await first.exited;
  await until(() => children.every((pid) => !isAlive(pid)));
  expect(isAlive(orphan)).toBe(true);
  const second = start();
  await second.says(RUNNING);
  expect(second.output()).toContain("stopped a PostgreSQL of an earlier run");
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
    ...["signer", "console", "gateway"].map((name) => pidOf(data, name)),
  ];
  for (const pid of pids) process.kill(pid, "SIGKILL");
  await until(() => pids.every((pid) => !isAlive(pid)));
  const second = start();
  await second.says(RUNNING);
  expect(second.output()).toContain("recovering");
  expect((await remembered()).filter((key) => String(key).startsWith("crash-"))).toHaveLength(50);
});

test("a pid file that names another live process neither keeps PostgreSQL from starting nor harms that process", async () => {
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

test("a child process that dies is restarted and reported", async () => {
  const one = start();
  await one.says(RUNNING);
  for (const name of ["signer", "gateway"]) {
    const pid = pidOf(data, name);
    process.kill(pid, "SIGKILL");
    await one.says(new RegExp(`${name} +\\| exited unexpectedly \\(SIGKILL\\)`));
    await one.says(new RegExp(`${name} +\\| ready again`));
    expect(isAlive(pidOf(data, name))).toBe(true);
    expect(pidOf(data, name)).not.toBe(pid);
  }
});

test("a PostgreSQL that dies is restarted at the same address", async () => {
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
  first.signal("SIGTERM");
  await first.exited;
  const kek = readFileSync(join(data, "kek"));
  const origin = "ca.example.com/log/1";
  const { publicKey, sealed } = await makeLogKey(
    Buffer.from(kek.toString().trim(), "base64"),
    randomBytes(12),
    origin,
  );
  await changeStoppedDatabase(data, [
    `insert into signer.log_key (origin, vkey, public_key, sealed) values ('${origin}', '', '\\x${toHex(publicKey)}', '\\x${toHex(sealed)}')`,
  ]);
  rmSync(join(data, "kek"));
  const second = runStubbedSupervisor(data);
  expect(await second.exited).toBe(1);
  expect(second.output()).toMatch(/kek is missing.*Restore the file from a backup/);
  writeFileSync(join(data, "kek"), kek, { mode: 0o600 });
  const third = start();
  await third.says(RUNNING);
});

test("wrong settings are refused with every name before anything is started", async () => {
  const one = runStubbedSupervisor(data, {
    CHANCERY_HTTP_PORT: "eighty",
    CHANCERY_PUBLIC_URL: "nowhere",
  });
  expect(await one.exited).toBe(1);
  expect(one.output()).toMatch(/CHANCERY_HTTP_PORT[^]*CHANCERY_PUBLIC_URL/);
  const two = runStubbedSupervisor(data, { DATABASE_OWNER_URL: "postgresql://localhost/chancery" });
  expect(await two.exited).toBe(1);
  expect(two.output()).toContain("DATABASE_OWNER_URL is set without DATABASE_URL");
});

test("Chancery also starts as an unprivileged user", async () => {
  const user = process.getuid?.() === 0 ? 65_534 : undefined;
  const folder = mkdtempSync(join(tmpdir(), "chancery-ordinary-"));
  if (user !== undefined) chownSync(folder, user, user);
  const clone = findReadableClone(user);
  const one = runStubbedSupervisor(folder, {}, user, clone);
  try {
    await one.says(RUNNING);
    expect(statSync(join(folder, "pg")).uid).toBe(user ?? process.getuid?.());
  } finally {
    one.signal("SIGTERM");
    await one.exited;
    clone.remove();
    rmSync(folder, { recursive: true, force: true });
  }
});
