import { afterAll, beforeAll, expect, test } from "vitest";
import { makeTestDatabase, type TestDatabase } from "@/lib/db/testing/test-database";
import { checkDatabase } from "./database-checks";

let database: TestDatabase;
beforeAll(async () => {
  database = await makeTestDatabase();
});
afterAll(() => database.drop());

const states = async (url: string | undefined) =>
  Object.fromEntries((await checkDatabase(url)).map(({ what, state }) => [what, state]));

test("the application's own role passes", async () => {
  expect(await states(database.appUrl)).toEqual({ database: "ok", roles: "ok", migrations: "ok" });
});

test("an application that connects as owner or superuser could alter the log, and that is bad", async () => {
  expect(await states(database.ownerUrl)).toMatchObject({ roles: "bad" });
  expect(await states(database.superUrl)).toMatchObject({ roles: "bad" });
});

test("a database that does not answer is bad; none at all is only noted", async () => {
  expect(await states("postgresql://app:x@127.0.0.1:1/chancery")).toEqual({ database: "bad" });
  expect(await states(undefined)).toEqual({ database: "note" });
});
