import { expect, test } from "vitest";
import { problemOf } from "./require-server";

const good = {
  number: 170_004,
  version: "17.4",
  encoding: "UTF8",
  extensions: ["btree_gist", "pg_trgm"],
};

test("a server of version 17 with UTF-8 and the extensions can be used", () => {
  expect(problemOf(good)).toBeNull();
  expect(problemOf({ ...good, number: 180_001, version: "18.1" })).toBeNull();
});

test.each([
  [
    { number: 150_012, version: "15.12" },
    /it is PostgreSQL 15\.12, and Chancery needs 17 or newer/,
  ],
  [{ number: 160_009, version: "16.9" }, /PostgreSQL 16\.9/],
  [{ encoding: "SQL_ASCII" }, /its encoding is SQL_ASCII/],
  [{ extensions: [] }, /it lacks the extensions btree_gist, pg_trgm/],
])("a server that lacks something is refused by name: %j", (change, says) => {
  expect(problemOf({ ...good, ...change })).toMatch(says);
});
