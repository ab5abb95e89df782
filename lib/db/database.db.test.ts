import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "@/testing/database/test-database";
import { closeDatabase, type Database, openDatabase } from "./database";

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
