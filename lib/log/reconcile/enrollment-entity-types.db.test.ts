import { afterAll, beforeAll, expect, test } from "vitest";
import { authenticateSecret } from "@/lib/enrollment/authenticate-secret";
import { createEnrollmentSecret } from "@/lib/enrollment/create-enrollment-secret";
import { issueBySecret } from "@/lib/enrollment/issue-by-secret";
import { revokeEnrollmentSecret } from "@/lib/enrollment/revoke-enrollment-secret";
import { system } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/gateway/acme-csr";
import type { Harness } from "@/testing/harness";
import { reconcile } from "./reconcile";

let harness: Harness, identity: string;
const made: Record<string, string> = {};
const secrets: string[] = [];
beforeAll(async () => {
  harness = await createTestCa();
  const { deps } = harness;
  identity = await createTestIdentity(deps, "pay", ["pay.example.com"]);
  await createTestIdentity(deps, "bill", ["bill.example.com"]);
  for (const [name, networks] of [
    ["used", ["192.0.2.0/24"]],
    ["open", []],
    ["revoked", []],
  ] as const) {
    const wish = { profile: "tls-server", uses: 2, expiresInMinutes: 60, networks: [...networks] };
    const { result } = await createEnrollmentSecret(deps, system, identity, wish);
    made[name] = result.id;
    secrets.push(result.secret ?? "");
  }
  const request = {
    address: { ip: "192.0.2.7", port: 1, userAgent: "curl", via: ["https"] },
    requestId: "req_test",
    correlationId: "req_test",
  };
  const basic = Buffer.from(`${made["used"]}:${secrets[0]}`).toString("base64");
  const actor = await authenticateSecret(deps, `Basic ${basic}`, request);
  const csr = Buffer.from(await makeCsr(["pay.example.com"]), "base64url").toString("base64");
  await issueBySecret(deps, actor, { profile: "", identity: "", csr }, "est");
  await revokeEnrollmentSecret(deps, system, made["revoked"] ?? "", "lost");
});
afterAll(async () => {
  await harness?.close();
});

const problems = async () => (await reconcile(harness.deps)).problems;

test("secrets agree with the log, numbered or not", async () => {
  expect(await problems()).toEqual([]);
  await harness.sequence();
  expect(await problems()).toEqual([]);
});

test("no entry has a secret or the hash that is stored of it", async () => {
  const text = JSON.stringify(await harness.entries());
  const rows = await harness.asSuper(
    "select encode(secret_hash, 'hex') as hash from enrollment_secret",
  );
  const hidden = [...secrets, ...rows.map(({ hash }) => String(hash))];
  expect(hidden).toHaveLength(6);
  expect(hidden.filter((secret) => text.includes(secret))).toEqual([]);
});

test.each([
  ["a use that is taken back", "used", "used = 0", /its used is 0 in the table, but 1 according/],
  ["more uses", "used", "uses = 100", /its uses is 100 in the table, but 2 according/],
  ["a revoked secret that counts again", "revoked", "revoked_at = null", /its state is active/],
  [
    "a secret that is accepted longer",
    "open",
    "expires_at = expires_at + interval '1 year'",
    /its expiration is \d{4}/,
  ],
  [
    "a secret of another identity",
    "open",
    "identity_id = (select id from identity where name = 'bill')",
    /its identity is idn_/,
  ],
  [
    "a secret under another profile",
    "open",
    "profile_id = (select id from profile where slug = 'tls-client-service')",
    /its profile is prf_/,
  ],
  ["a secret for everywhere", "used", "networks = '{}'", /its networks is +in the table/],
  ["another secret", "open", String.raw`secret_hash = '\x0102'`, /its secret is [0-9a-f]{32} in/],
  ["another creator", "open", "created_by = 'someone'", /its creator is someone/],
  ["another account that it ends with", "open", "account_id = 'usr_x'", /its account is usr_x/],
  ["other tokens that it ends with", "open", "lineage = '{tok_x}'", /its lineage is tok_x/],
])("%s is named", async (_what, name, set, words) => {
  await harness.asSuper("create table if not exists kept as select * from enrollment_secret");
  const quietly = async (sql: string): Promise<void> => {
    await harness.asSuper("alter table enrollment_secret disable trigger all");
    await harness.asSuper(sql);
    await harness.asSuper("alter table enrollment_secret enable always trigger needs_entry");
  };
  await quietly(`update enrollment_secret set ${set} where id = '${made[name] ?? ""}'`);
  const found = await problems();
  await quietly(`update enrollment_secret s set identity_id = k.identity_id, profile_id = k.profile_id, secret_hash = k.secret_hash, networks = k.networks,
    uses = k.uses, used = k.used, created_by = k.created_by, expires_at = k.expires_at, revoked_at = k.revoked_at, account_id = k.account_id, lineage = k.lineage
    from kept k where k.id = s.id`);
  expect(found).toEqual([expect.stringMatching(words)]);
  expect(await problems()).toEqual([]);
});
