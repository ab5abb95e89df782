import pg from "pg";
import { expect, test } from "vitest";
import { createTestDatabase } from "./test-database";

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows[0]?.[0];
  } finally {
    await client.end();
  }
}

test("each test file gets its own database, with four different roles", async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  try {
    expect(await ask(one.appUrl, "select current_user")).toBe("chancery_app");
    expect(await ask(one.ownerUrl, "select current_user")).toBe("chancery_owner");
    expect(await ask(one.signerUrl, "select current_user")).toBe("chancery_signer");
    expect(await ask(one.superUrl, "select current_user")).toBe("postgres");
    expect(await ask(one.appUrl, "select current_database()")).not.toBe(
      await ask(other.appUrl, "select current_database()"),
    );
  } finally {
    await Promise.all([one.drop(), other.drop()]);
  }
});

test("the application's role can neither make objects, nor roles, nor databases, nor become another role", async () => {
  const database = await createTestDatabase();
  try {
    for (const sql of [
      "create table public.t (a int)",
      "create role intruder",
      "create database intruder",
      "set role chancery_owner",
      "create temp table t (a int)",
    ]) {
      await expect(ask(database.appUrl, sql)).rejects.toThrow(/permission denied/);
    }
  } finally {
    await database.drop();
  }
});

test("a role without its password of this start does not get in", async () => {
  const database = await createTestDatabase();
  try {
    await expect(ask(database.superUrl.replace(/:[^:@]+@/, ":guess@"), "select 1")).rejects.toThrow(
      /password authentication failed/,
    );
  } finally {
    await database.drop();
  }
});
