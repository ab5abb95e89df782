import { afterAll, beforeAll, expect, test } from "vitest";
import type { ActorRequest } from "@/lib/access/actor";
import { createLogin } from "@/lib/compat/create-login";
import { authenticateToken } from "@/lib/tokens/authenticate-token";
import { createToken } from "@/lib/tokens/create-token";
import { cleanUp } from "@/lib/maintenance/clean-up";
import { system } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { reconcile } from "./reconcile";

let harness: Harness, id: string, secret: string;
const request: ActorRequest = {
  address: { ip: "192.0.2.7", port: 1, userAgent: "curl", via: ["https"] },
  requestId: "req_test",
  correlationId: "req_test",
};
beforeAll(async () => {
  harness = await createTestCa();
  const { deps } = harness;
  const identityId = await createTestIdentity(deps, "pay", ["pay.example.com"]);
  await createTestIdentity(deps, "bill", ["bill.example.com"]);
  const wish = { name: "agent", role: "service", identityId, expiresInDays: null } as const;
  const token = (await createToken(deps, system, wish)).result.secret ?? "";
  await createToken(deps, system, { ...wish, name: "other" });
  const { actor } = await authenticateToken(deps, token, request);
  ({ id, secret } = (await createLogin(deps, actor!)).result);
});
afterAll(async () => {
  await harness?.close();
});

const problems = async () => (await reconcile(harness.deps)).problems;

test("logins agree with the log, numbered or not, and no entry has their token or the hash of it", async () => {
  expect(await problems()).toEqual([]);
  await harness.sequence();
  expect(await problems()).toEqual([]);
  const [row] = await harness.asSuper("select encode(secret_hash, 'hex') as hash from login");
  const text = JSON.stringify(await harness.entries());
  expect([secret, String(row?.["hash"])].filter((hidden) => text.includes(hidden))).toEqual([]);
});

test.each([
  [
    "one of another identity",
    "identity_id = (select id from identity where name = 'bill')",
    /its identity is idn_/,
  ],
  [
    "one of another token",
    "token_id = (select id from api_token where name = 'other')",
    /its credential is tok_/,
  ],
  ["another secret", String.raw`secret_hash = '\x0102'`, /its secret is [0-9a-f]{32} in/],
  [
    "one that is accepted longer",
    "created_at = created_at + interval '1 day', expires_at = expires_at + interval '1 day'",
    /its expiration is \d{4}/,
  ],
])("%s is named", async (_what, set, words) => {
  await harness.asSuper("create table if not exists kept as select * from login");
  const quietly = async (sql: string): Promise<void> => {
    await harness.asSuper("alter table login disable trigger all");
    await harness.asSuper(sql);
  };
  await quietly(`update login set ${set} where id = '${id}'`);
  const found = await problems();
  await quietly(
    "update login l set identity_id = k.identity_id, token_id = k.token_id, secret_hash = k.secret_hash, created_at = k.created_at, expires_at = k.expires_at from kept k where k.id = l.id",
  );
  expect(found).toContainEqual(expect.stringMatching(words));
  expect(await problems()).toEqual([]);
});

test("one that no entry made is named", async () => {
  await harness.asSuper(
    String.raw`insert into login select 'lgn_forged', identity_id, token_id, certificate_id, '\x07', created_at, expires_at from kept`,
  );
  expect(await problems()).toEqual([expect.stringContaining("lgn_forged")]);
  await harness.asSuper("delete from login where id = 'lgn_forged'");
});

test("expired ones are cleaned up after a day, and their entries stay", async () => {
  await harness.asSuper(
    "update login set created_at = created_at - interval '2 days', expires_at = expires_at - interval '2 days'",
  );
  await cleanUp(harness.deps);
  expect(await harness.asSuper("select 1 from login")).toEqual([]);
  expect((await harness.entries()).map(({ action }) => action)).toContain("login.created");
  expect(await problems()).toEqual([]);
});
