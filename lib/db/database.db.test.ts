import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "@/testing/database/test-database";
import { closeDatabase, type Database, hotPool, openDatabase } from "./database";
import { isInDoubt, isUnreachable } from "./errors";

let made: TestDatabase;
let db: Database;
let other: Database;

beforeAll(async () => {
  made = await createTestDatabase();
  db = openDatabase(made.appUrl);
  other = openDatabase(made.superUrl);
});

afterAll(async () => {
  await Promise.allSettled([closeDatabase(db), closeDatabase(other)]);
  await made.drop();
});

test("a connection that dies between two statements of a transaction fails that transaction and not the process", async () => {
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  process.prependListener("uncaughtException", note);
  const client = await db.pool.connect();
  try {
    await client.query("begin");
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    // Not `once`, which would handle the error that the test is about.
    const ended = new Promise((done) => client.once("end", done));
    await other.pool.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
    await ended;
    await expect(client.query("select 1")).rejects.toThrow(/connection/i);
  } finally {
    client.release(true);
    process.off("uncaughtException", note);
  }
  expect(uncaught).toEqual([]);
  expect((await db.pool.query<{ one: number }>("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

/** The database's address behind a socket that passes on a new connection `delayMs` later. */
async function behindSlowSocket(
  url: string,
  delayMs: number,
): Promise<Readonly<{ url: string; close: () => Promise<void> }>> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-slow-"));
  const slow = new URL(url);
  const real = join(slow.searchParams.get("host") ?? "", ".s.PGSQL.5432");
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client.on("error", () => {}));
    setTimeout(() => {
      const upstream = connect(real);
      open.add(upstream.on("error", () => {}));
      client.pipe(upstream).pipe(client);
    }, delayMs);
  });
  await new Promise<void>((done) => server.listen(join(folder, ".s.PGSQL.5432"), done));
  slow.searchParams.set("host", folder);
  return {
    url: slow.href,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true });
    },
  };
}

test("a connection may take longer to open than its statements may take", async () => {
  const slow = await behindSlowSocket(made.appUrl, 1_000);
  const short = openDatabase(slow.url, { max: 1, statementTimeoutMs: 250 });
  try {
    expect((await short.pool.query<{ one: number }>("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await expect(short.pool.query("select pg_sleep(5)")).rejects.toThrow(/timeout/);
  } finally {
    await closeDatabase(short);
    await slow.close();
  }
});

test("a server that doesn't answer at all is given up on after the statement timeout, whatever that is and on every connection", async () => {
  const short = openDatabase(made.appUrl, { max: 1, statementTimeoutMs: 250 });
  for (const { options } of [db.pool, hotPool(db), short.pool]) {
    expect(Number(options.query_timeout)).toBeGreaterThan(Number(options.statement_timeout));
    expect(Number(options.query_timeout)).toBeLessThan(60_000);
  }
  await closeDatabase(short);
});

test("a connection that could not be opened, or was known to be lost, leaves no doubt: nothing was sent over it", () => {
  for (const message of [
    "Connection terminated due to connection timeout",
    "timeout exceeded when trying to connect",
    "Client has encountered a connection error and is not queryable",
    "Client was closed and is not queryable",
  ]) {
    const error = new Error(message);
    expect([message, isUnreachable(error), isInDoubt(error)]).toEqual([message, true, false]);
  }
});

test("a pooler that lost its server leaves in doubt what was sent, and not what it refused", () => {
  for (const [code, isLost] of [
    ["08P01", true],
    ["08006", true],
    ["08001", false],
    ["08004", false],
  ] as const) {
    const error = Object.assign(new Error("server conn crashed?"), { code });
    expect([code, isUnreachable(error), isInDoubt(error)]).toEqual([code, true, isLost]);
  }
});

describe("the connections for hot statements", () => {
  const statement = {
    name: "hot-test",
    text: "select s.n from unnest($1::int[]) with ordinality as s (n, at) join pg_class c on c.oid = s.n",
  };
  const plansOf = async (pool: Database["pool"]): Promise<unknown> => {
    for (let times = 0; times < 10; times++)
      await pool.query({ ...statement, values: [[times, times + 1]] });
    const { rows } = await pool.query(
      "select generic_plans::int as generic, custom_plans::int as custom from pg_prepared_statements where name = 'hot-test'",
    );
    return rows[0];
  };

  test("plan a prepared statement once, for any values, which others do at each execution", async () => {
    const one = openDatabase(made.appUrl, { max: 1 });
    expect(await plansOf(hotPool(one))).toEqual({ generic: 10, custom: 0 });
    expect(await plansOf(one.pool)).toMatchObject({ generic: 0, custom: 10 });
    await closeDatabase(one);
  });

  test("find rows by index in a table that was empty when the statement was planned", async () => {
    const one = openDatabase(made.appUrl, { max: 1 });
    const { rows } = await hotPool(one).query<{ "QUERY PLAN": string }>(
      "explain select from certificate c where c.id = any('{a,b}')",
    );
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toContain("certificate_pkey");
    expect(plan).not.toContain("Seq Scan");
    await closeDatabase(one);
  });

  test("are the only ones where statements have a short time limit, and closed with the others elsewhere", async () => {
    const short = openDatabase(made.appUrl, { max: 1, statementTimeoutMs: 5_000 });
    expect(hotPool(short)).toBe(short.pool);
    const one = openDatabase(made.appUrl, { max: 1 });
    expect(hotPool(one)).not.toBe(one.pool);
    for (const db of [short, one]) {
      await hotPool(db).query("select");
      await closeDatabase(db);
      await expect(hotPool(db).query("select")).rejects.toThrow("after calling end");
    }
  });
});
