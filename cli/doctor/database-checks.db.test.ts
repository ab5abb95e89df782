import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "@/testing/database/test-database";
import { checkDatabase } from "./database-checks";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const states = async (url: string | undefined) =>
  Object.fromEntries((await checkDatabase(url)).map(({ check, state }) => [check, state]));

test("the application's own role passes", async () => {
  expect(await states(database.appUrl)).toEqual({ database: "ok", roles: "ok", migrations: "ok" });
});

test("an application that connects as owner or superuser can change the log, and fails", async () => {
  expect(await states(database.ownerUrl)).toMatchObject({ roles: "fail" });
  expect(await states(database.superUrl)).toMatchObject({ roles: "fail" });
});

test("an application that can enter the schema of the sealed keys fails", async () => {
  expect(await states(database.signerUrl)).toMatchObject({ roles: "fail" });
});

test("an unreachable database fails; no database is only reported", async () => {
  expect(await states("postgresql://app:x@127.0.0.1:1/chancery")).toEqual({ database: "fail" });
  expect(await states(undefined)).toEqual({ database: "info" });
});
