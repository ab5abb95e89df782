import { afterAll, beforeAll, describe, expect, test } from "vitest";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "@/testing/database/test-database";
import { parseHeldName, type NameType } from "./held-name";
import { spanOf } from "./span";

let database: TestDatabase, owner: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

const names: readonly (readonly [NameType, string])[] = [
  ["dns", "pay.e.example"],
  ["dns", "*.a.e.example"],
  ["dns", "localhost"],
  ["dns", "xn--mnchen-3ya.e.example"],
  ["ip", "10.1.2.3"],
  ["ip", "10.1.0.0/16"],
  ["ip", "2001:db8::/32"],
  ["ip", "2001:db8::1"],
  ["ip", "::1"],
  ["uri", "spiffe://e/pay/*"],
  ["uri", "spiffe://e/pay/x"],
  ["uri", "https://e/a?q=1"],
  ["uri", "urn:uuid:1234"],
  ["email", "Al+x@e.example"],
  ["email", "al@e.example"],
  ["cn", "edge"],
  ["cn", "Edge Two"],
  ["cn", "ÉCOLE"],
  ["cn", "10.0.0.1"],
  ["cn", "2001:db8::1"],
  ["cn", "al@e.example"],
  ["cn", "pay:8443"],
  ["cn", "ｅdge"],
  ["cn", "vault.e.example"],
];

describe("the database and the application agree", () => {
  test.each(names)("which interval %s %s has, and that it is canonical", async (type, text) => {
    const held = parseHeldName(type, text);
    const { rows } = await owner.query<{ lower: string; upper: string; inc: boolean; ok: boolean }>(
      `select lower(s) as lower, upper(s) as upper, upper_inc(s) as inc, tlog.name_is_canonical($1, $2, $3) as ok
       from (select tlog.name_span_of($1, $2, $3) as s) x`,
      [held.type, held.form, held.value],
    );
    expect(rows[0]).toEqual({
      lower: spanOf(held).lower,
      upper: spanOf(held).upper,
      inc: spanOf(held).upperIncluded,
      ok: true,
    });
  });

  test.each([
    ["dns", "exact", "Pay.e.example"],
    ["dns", "exact", "pay.e.example."],
    ["dns", "exact", "*.e.example"],
    ["dns", "wildcard", "pay.e.example"],
    ["dns", "exact", "a.0x1"],
    ["dns", "exact", "ab--cd.e"],
    ["dns", "exact", "127.1"],
    ["ip", "exact", "010.1.2.3"],
    ["ip", "exact", "::ffff:10.0.0.1"],
    ["ip", "exact", "2001:0db8::1"],
    ["ip", "network", "10.1.0.1/16"],
    ["ip", "network", "0.0.0.0/0"],
    ["uri", "exact", "spiffe://e/pay/"],
    ["uri", "exact", "spiffe://e/../x"],
    ["uri", "exact", "SPIFFE://e/x"],
    ["uri", "prefix", "spiffe://e/pay"],
    ["uri", "exact", "https://u@e/x"],
    ["uri", "exact", "mailto:a@e"],
    ["uri", "exact", "https://e/a#f"],
    ["email", "exact", "al@E.example"],
    ["cn", "exact", " edge"],
    ["cn", "exact", "a,b"],
    ["cn", "exact", "e\u0301"],
  ])("the database refuses %s %s %s, as the application does", async (type, form, value) => {
    const { rows } = await owner.query<{ ok: boolean }>(
      "select tlog.name_is_canonical($1, $2, $3) as ok",
      [type, form, value],
    );
    expect(rows[0]?.ok).toBe(false);
  });
});
