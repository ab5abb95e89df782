import { afterAll, beforeAll, expect, test } from "vitest";
import { openAcmeScenario, type AcmeScenario } from "@/testing/gateway/acme-scenario";
import { reconcile } from "./reconcile";

let scenario: AcmeScenario;
beforeAll(async () => {
  scenario = await openAcmeScenario();
}, 240_000);
afterAll(async () => {
  await scenario?.close();
});

const rows = (sql: string) => scenario.gateway.harness.asSuper(sql);
const problems = async () => (await reconcile(scenario.gateway.harness.deps)).problems;

test("keys, accounts, orders and authorizations agree with the log, numbered or not", async () => {
  expect(await problems()).toEqual([]);
  await scenario.gateway.harness.sequence();
  expect(await problems()).toEqual([]);
  const states = await rows("select distinct status from acme_order order by 1");
  expect(states.map(({ status }) => status)).toEqual(["invalid", "open", "valid"]);
  const proofs = await rows("select distinct status from acme_authorization order by 1");
  expect(proofs.map(({ status }) => status)).toEqual(["invalid", "pending", "valid"]);
});

test("no entry has an HMAC key, what is stored of one, or the token of a challenge", async () => {
  const text = JSON.stringify(await scenario.gateway.entries());
  const stored = await rows(
    "select encode(sealed, 'hex') as hex, encode(sealed, 'base64') as base64 from acme_key",
  );
  const tokens = await rows("select token from acme_authorization");
  const hidden = [
    ...scenario.secrets,
    ...stored.flatMap(({ hex, base64 }) => [hex, String(base64).replaceAll(/\s/g, "")]),
    ...tokens.map(({ token }) => token),
  ].map(String);
  expect(hidden.length).toBeGreaterThan(20);
  expect(hidden.filter((secret) => secret.length < 20 || text.includes(secret))).toEqual([]);
});

const otherIdentity = "(select id from identity where name = 'billing')";
test.each([
  [
    "a key for another identity",
    "acme_key",
    "key",
    `identity_id = ${otherIdentity}`,
    /ACME key eab_\S+ .*: its identity is idn_/,
  ],
  [
    "a key for every name",
    "acme_key",
    "key",
    "names = '{}'",
    /names is \(any\) in the table, but pay\.example\.com according to the log/,
  ],
  [
    "a name added to a key that has many",
    "acme_key",
    "fleet",
    "names = names || '{pay.example.com}'",
    /names is 13 values with .* in the table, but 12 values with/,
  ],
  [
    "a key for every profile",
    "acme_key",
    "key",
    "profiles = '{}'",
    /profiles is \(any\) in the table, but tls-server according to the log/,
  ],
  [
    "a key that can be used longer",
    "acme_key",
    "key",
    "expires_at = expires_at + interval '10 years'",
    /expiration is \d{4}/,
  ],
  [
    "a revoked key that counts again",
    "acme_key",
    "revoked",
    "revoked_at = null",
    /state is active in the table, but revoked according to the log/,
  ],
  [
    "another HMAC key",
    "acme_key",
    "key",
    String.raw`sealed = '\x0102'`,
    /HMAC key is [0-9a-f]{32} in/,
  ],
  [
    "a key that no longer ends with its maker's account",
    "acme_key",
    "made",
    "account_id = null",
    /its account is empty in the table, but usr_/,
  ],
  [
    "a key that no longer ends with its maker's tokens",
    "acme_key",
    "made",
    "lineage = '{}'",
    /its lineage is +in the table, but tok_\S+, tok_/,
  ],
  ["another maker of a key", "acme_key", "made", "created_by = 'someone'", /creator is someone/],
  [
    "an account of another enrollment key",
    "acme_account",
    "account",
    "key_id = (select id from acme_key where names = '{}' limit 1)",
    /ACME account acc_\S+ .*: its enrollment key is eab_/,
  ],
  [
    "an account of another identity",
    "acme_account",
    "account",
    `identity_id = ${otherIdentity}`,
    /its identity is idn_/,
  ],
  [
    "a deactivated account that counts again",
    "acme_account",
    "left",
    "status = 'valid'",
    /status is valid in the table, but deactivated according to the log/,
  ],
  [
    "another public key of an account",
    "acme_account",
    "changed",
    "jwk = (select jwk from acme_account where status = 'deactivated')",
    /its key is \S{43} in the table, but \S{43} according to the log/,
  ],
  ["another thumbprint", "acme_account", "changed", "thumbprint = 'x'", /its thumbprint is x in/],
  [
    "another contact",
    "acme_account",
    "account",
    "contact = '{}'",
    /contact is +in the table, but mailto:ops@example\.com according/,
  ],
  [
    "an order of another account",
    "acme_order",
    "ready",
    "account_id = (select id from acme_account where status = 'deactivated')",
    /ACME order ord_\S+ .*: its account is acc_/,
  ],
  [
    "an order of another identity",
    "acme_order",
    "ready",
    `identity_id = ${otherIdentity}`,
    /its identity is idn_/,
  ],
  [
    "an order under another profile",
    "acme_order",
    "ready",
    "profile = 'tls-client'",
    /its profile is tls-client in the table, but tls-server according to the log/,
  ],
  [
    "an order for another name",
    "acme_order",
    "ready",
    "identifiers = '{dns:bill.example.com}'",
    /identifiers is dns:bill\.example\.com in the table, but dns:pay\.example\.com/,
  ],
  [
    "an order that replaces nothing",
    "acme_order",
    "replacing",
    "replaces = null",
    /certificate to replace is empty in the table, but \S+\.\S+ according/,
  ],
  [
    "an order that can be finalized longer",
    "acme_order",
    "ready",
    "expires_at = expires_at + interval '1 year'",
    /its expiration is \d{4}/,
  ],
  [
    "a refused order that is open again",
    "acme_order",
    "refused",
    "status = 'open'",
    /status is open in the table, but invalid according to the log/,
  ],
  [
    "another certificate of an order",
    "acme_order",
    "issued",
    "certificate_id = (select id from certificate where id not in (select certificate_id from acme_order where certificate_id is not null) limit 1)",
    /its certificate is crt_\S+ in the table, but crt_\S+ according to the log/,
  ],
  [
    "an authorization made valid",
    "acme_authorization",
    "pending",
    "status = 'valid', authorized_by = 'http-01'",
    /authorization of ip:127\.0\.0\.9 is valid \(http-01\) in the table, but pending according/,
  ],
  [
    "a failed authorization made valid",
    "acme_authorization",
    "unproven",
    "status = 'valid', authorized_by = 'http-01'",
    /authorization of ip:127\.0\.0\.2 is valid \(http-01\) in the table, but invalid according/,
  ],
  [
    "a held name that looks proven",
    "acme_authorization",
    "ready",
    "authorized_by = 'http-01'",
    /is valid \(http-01\) in the table, but valid \(held by DNS:pay\.example\.com\) according/,
  ],
  [
    "a proven name that looks held",
    "acme_authorization",
    "proven",
    "authorized_by = 'held by DNS:x'",
    /is valid \(held by DNS:x\) in the table, but valid \(http-01\) according/,
  ],
  [
    "an authorization of a wildcard",
    "acme_authorization",
    "ready",
    "wildcard = true",
    /authorization of \S+ is valid, as a wildcard \(/,
  ],
  [
    "an authorization of another account",
    "acme_authorization",
    "ready",
    "account_id = (select id from acme_account where status = 'deactivated')",
    /its authorizations' account is acc_/,
  ],
  [
    "an authorization that counts longer",
    "acme_authorization",
    "ready",
    "expires_at = expires_at + interval '1 year'",
    /its authorizations' expiration is \d{4}/,
  ],
])("%s is named", async (_, table, who, set, words) => {
  await rows(`create table if not exists kept_${table} as select * from ${table}`);
  const key = table === "acme_authorization" ? "order_id" : "id";
  const quietly = async (sql: string) => {
    for (const one of [
      `alter table ${table} disable trigger all`,
      sql,
      `alter table ${table} enable always trigger needs_entry`,
    ])
      await rows(one);
  };
  const [columns] = await rows(
    `select string_agg('"' || column_name || '"', ', ' order by ordinal_position) as all from information_schema.columns where table_name = '${table}'`,
  );
  await quietly(`update ${table} set ${set} where ${key} = '${scenario.ids[who] ?? ""}'`);
  const found = await problems();
  await quietly(
    `update ${table} r set (${String(columns?.["all"])}) = (select k.* from kept_${table} k where k.id = r.id)`,
  );
  expect(found).toEqual([expect.stringMatching(words)]);
  expect(await problems()).toEqual([]);
});

test("an authorization of another name, a second one of a name, and a lost one are named", async () => {
  expect(await problems()).toEqual([]);
  await rows("alter table acme_authorization disable trigger all");
  const insert = (id: string, value: string) =>
    rows(`insert into acme_authorization (id, order_id, account_id, type, value, wildcard, status, authorized_by, token, created_at, expires_at)
      select '${id}', order_id, account_id, type, ${value}, wildcard, 'valid', 'http-01', token, created_at, expires_at
      from acme_authorization where order_id = '${scenario.ids["pending"]}' and id not like 'azn_new%' limit 1`);
  await insert("azn_new1", "'127.0.0.8'");
  expect(await problems()).toEqual([
    expect.stringMatching(/authorizations is ip:127\.0\.0\.8, ip:127\.0\.0\.9 in the table/),
  ]);
  await rows("delete from acme_authorization where id = 'azn_new1'");
  await insert("azn_new2", "value");
  expect(await problems()).toEqual([
    expect.stringMatching(/authorizations is .*\(azn_new2\).* in the table/),
  ]);
  await rows("delete from acme_authorization where id = 'azn_new2'");
  await rows(`delete from acme_authorization where order_id = '${scenario.ids["pending"]}'`);
  expect((await problems()).join("\n")).toMatch(
    /authorizations is +in the table, but ip:127\.0\.0\.9 according to the log/,
  );
});
