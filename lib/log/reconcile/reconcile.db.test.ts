import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { issueCertificate } from "@/lib/certificates/issue-certificate";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { rotateCertificate } from "@/lib/certificates/rotate-certificate";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import { makeTestKey } from "@/lib/pki/testdata/authorities";
import { getProfile } from "@/lib/profiles/get-profile";
import { profileChange } from "@/lib/profiles/schema";
import { retireProfile, updateProfile } from "@/lib/profiles/update-profile";
import { createToken } from "@/lib/tokens/create-token";
import { revokeToken } from "@/lib/tokens/revoke-token";
import {
  makeTestHouse,
  makeTestIdentity,
  testActor,
} from "@/server/signer/testing/make-test-house";
import type { TestHouse } from "@/server/signer/testing/make-test-house";
import { makeCsr } from "@/server/signer/testing/requests";
import { startSequencer } from "../sequencer";
import { reconcile } from "./reconcile";

let house: TestHouse,
  identity = "",
  account = "",
  token = "";
const admin = testActor(),
  certificates: Record<string, string> = {};

const issue = async (): Promise<string> =>
  (
    await issueCertificate(house.deps, admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr(),
    })
  ).id;
const sequence = () => house.deps.db.pool.query("select tlog.sequence_batch(100000)");

/** Does it as superuser with every trigger of the table off, compares, and undoes it. */
async function after(table: string, sql: string, undo: string): Promise<readonly string[]> {
  const quietly = async (statement: string) => {
    for (const one of [
      `alter table ${table} disable trigger all`,
      statement,
      `alter table ${table} enable always trigger needs_entry`,
    ])
      await house.asSuper(one);
  };
  await quietly(sql);
  const { words } = await reconcile(house.deps);
  await quietly(undo);
  return words;
}

beforeAll(async () => {
  house = await makeTestHouse();
  const { deps } = house;
  identity = await makeTestIdentity(deps);
  for (const name of ["issued", "held", "released", "revoked", "raised", "rotated"])
    certificates[name] = await issue();
  const { held = "", released = "", revoked = "", raised = "", rotated = "" } = certificates;
  await revokeCertificate(deps, admin, held, {
    reason: "certificateHold",
    comment: "on leave",
    invalidityDate: new Date(Date.now() - 60_000).toISOString(),
  });
  await revokeCertificate(deps, admin, released, { reason: "certificateHold" });
  await releaseCertificate(deps, admin, released);
  await revokeCertificate(deps, admin, revoked, {
    reason: "superseded",
    comment: "no longer needed",
  });
  await revokeCertificate(deps, admin, revoked, { reason: "superseded" });
  await revokeCertificate(deps, admin, raised, {
    reason: "certificateHold",
    invalidityDate: new Date(Date.now() - 60_000).toISOString(),
  });
  await revokeCertificate(deps, admin, raised, { reason: "cessationOfOperation" });
  await revokeCertificate(deps, admin, raised, {
    reason: "keyCompromise",
    comment: "found in a repository",
  });
  certificates["successor"] = (
    await rotateCertificate(deps, admin, rotated, {
      csr: await makeCsr(["pay.example.com"], makeTestKey("ecdsa-p256")),
      overlapSeconds: 0,
    })
  ).id;
  await issueCertificate(deps, admin, { profile: "tls-server", identity, csr: "no request" }).catch(
    () => null,
  );
  account = (
    await createAccount(deps, admin, {
      email: "auditor@example.com",
      name: "Auditor",
      role: "auditor",
      password: "a long passphrase of words",
    })
  ).id;
  await updateAccount(deps, admin, account, { role: "operator", name: "Operator" });
  token = (
    await createToken(deps, admin, {
      name: "ci",
      role: "operator",
      identityId: null,
      expiresInDays: 30,
    })
  ).id;
  await revokeToken(deps, admin, token);
  const suspended = await makeTestIdentity(deps);
  await updateIdentity(deps, admin, suspended, {
    owner: "others@example.com",
    note: "moved 😀".repeat(60),
  });
  await suspendIdentity(deps, admin, suspended, { comment: "" });
  const { rules } = await getProfile(deps, admin, "device");
  await updateProfile(
    deps,
    admin,
    "device",
    profileChange.parse({
      description: "Devices of the house",
      rules: { ...rules, validitySecondsDefault: 3_600 },
    }),
  );
  await retireProfile(deps, admin, "device");
});
afterAll(async () => {
  await house.close();
});

describe("a healthy house", () => {
  test("agrees with its log while nothing is numbered yet, in part, and when everything is", async () => {
    for (const step of [
      async () => {},
      () => house.deps.db.pool.query("select tlog.sequence_batch(37)"),
      sequence,
    ]) {
      await step();
      const { count, checked, words } = await reconcile(house.deps);
      expect(words).toEqual([]);
      expect(count).toBe(0);
      expect(checked).toBeGreaterThan(25);
    }
  });

  test("agrees at every moment while certificates are issued, held, released and revoked and the sequencer runs", async () => {
    const sequencer = startSequencer(house.deps.db);
    let busy = true;
    const work = async (): Promise<void> => {
      for (let n = 0; n < 12; n++) {
        const id = await issue();
        await revokeCertificate(house.deps, admin, id, { reason: "certificateHold" });
        await releaseCertificate(house.deps, admin, id);
        await revokeCertificate(house.deps, admin, id, { reason: "superseded" });
      }
    };
    const all = Promise.all([work(), work(), work()]).finally(() => {
      busy = false;
    });
    let looks = 0;
    while (busy) {
      expect((await reconcile(house.deps)).words).toEqual([]);
      looks++;
    }
    await all;
    await sequencer.stop();
    expect(looks).toBeGreaterThan(1);
  });
});

describe("each disagreement is named", () => {
  const row = (name: string): string => `id = '${certificates[name] ?? ""}'`;

  test.each([
    [
      "a status that nothing explains",
      "issued",
      "state = 'revoked', revoked_at = now(), revocation_reason = 'superseded'",
      /status is revoked in the table, issued by the log \(entry \d+\)/,
    ],
    [
      "a revocation taken back",
      "revoked",
      "state = 'issued', revoked_at = null, revocation_reason = null, revocation_comment = null",
      /status is issued in the table, revoked by the log/,
    ],
    [
      "a hold ended without a release",
      "held",
      "state = 'issued', revoked_at = null, revocation_reason = null, revocation_comment = null",
      /status is issued in the table, held by the log/,
    ],
    [
      "another date of revocation",
      "revoked",
      "revoked_at = revoked_at - interval '1 day'",
      /revocation date is \S+Z in the table/,
    ],
    [
      "another reason",
      "revoked",
      "revocation_reason = 'unspecified'",
      /revocation reason is unspecified in the table, superseded by the log/,
    ],
    ["another comment", "revoked", "revocation_comment = 'nothing to see'", /comment is another/],
    [
      "another serial number",
      "issued",
      "serial = '\\x11111111111111111111111111111111'",
      /serial number is 1{32} in the table/,
    ],
    [
      "another identity",
      "issued",
      "identity_id = (select id from identity where kind = 'system' limit 1)",
      /identity is idn_\S+ in the table, idn_\S+ by the log/,
    ],
    [
      "another profile",
      "issued",
      "profile_id = (select id from profile where slug = 'device')",
      /profile is prf_/,
    ],
    [
      "another version of the profile",
      "issued",
      "profile_version = 9",
      /profile's version is 9 in the table, 1 by the log/,
    ],
    [
      "another key",
      "issued",
      "spki_sha256 = (select spki_sha256 from public_key limit 1)",
      /key is [0-9a-f]+ in the table/,
    ],
    [
      "another planned content",
      "issued",
      "tbs_der = tbs_der || '\\x00'",
      /planned content is [0-9a-f]+ in the table/,
    ],
    [
      "another name",
      "issued",
      "sans = '{dns:other.example.com}'",
      /names is dns:other.example.com in the table/,
    ],
    [
      "a longer life",
      "issued",
      "not_after = not_after + interval '1 year'",
      /end is \d{4}-\S+ in the table/,
    ],
    [
      "another certificate under the same row",
      "issued",
      "der = der || '\\x00'",
      /content is [0-9a-f]+ in the table/,
    ],
    [
      "another predecessor",
      "successor",
      "predecessor_id = null",
      /predecessor \(none\) is another/,
    ],
  ])("%s of a certificate", async (_, name, set, words) => {
    await sequence();
    await house.asSuper("create table if not exists kept as select * from certificate");
    await house.asSuper("truncate kept");
    await house.asSuper("insert into kept select * from certificate");
    const columns =
      "serial, identity_id, profile_id, profile_version, spki_sha256, tbs_der, sans, not_after, der, state, revoked_at, revocation_reason, revocation_comment, predecessor_id";
    const found = await after(
      "certificate",
      `update certificate set ${set} where ${row(name)}`,
      `update certificate c set (${columns}) = (select ${columns} from kept k where k.id = c.id) where c.${row(name)}`,
    );
    expect(found.join("\n")).toMatch(words);
    expect(found.every((said) => said.includes(certificates[name] ?? "?"))).toBe(true);
    expect((await reconcile(house.deps)).words).toEqual([]);
  });

  test("a certificate without an entry", async () => {
    const insert = `insert into certificate select (jsonb_populate_record(c, jsonb_build_object('id', 'crt_00000000000000000000000000', 'serial', '\\x22222222222222222222222222222222', 'fingerprint_sha256', null, 'state', 'planned', 'der', null))).* from certificate c where ${row("issued")}`;
    const found = await after(
      "certificate",
      insert,
      "delete from certificate where id = 'crt_00000000000000000000000000'",
    );
    expect(found).toEqual([
      expect.stringMatching(
        /The certificate crt_0{26} \(serial 2{32}\) stands in the table and has no entry/,
      ),
    ]);
  });

  test("an entry without a certificate", async () => {
    await house.asSuper("truncate kept");
    await house.asSuper("insert into kept select * from certificate");
    const found = await after(
      "certificate",
      `delete from certificate where ${row("issued")}`,
      `insert into certificate select * from kept where ${row("issued")}`,
    );
    expect(found).toEqual([
      `The certificate ${certificates["issued"] ?? ""} is in the log and not in the table.`,
    ]);
  });

  test("a blocked key set free", async () => {
    const set = (blocked: boolean) =>
      `update public_key set blocked = ${blocked} where spki_sha256 = (select spki_sha256 from certificate where ${row("raised")})`;
    await house.asSuper(set(false));
    const { words } = await reconcile(house.deps);
    await house.asSuper(set(true));
    expect(words).toEqual([expect.stringMatching(/reported as compromised and is not blocked/)]);
  });

  test.each([
    [
      "an account that became an administrator",
      "account",
      () => account,
      "role = 'admin'",
      "role = 'operator'",
      /account usr_\S+ \(auditor@example.com\): its role is admin in the table, operator by the log/,
    ],
    [
      "an account switched off",
      "account",
      () => account,
      "status = 'disabled'",
      "status = 'active'",
      /status is disabled in the table, active by the log/,
    ],
    [
      "a revoked token in force again",
      "api_token",
      () => token,
      "revoked_at = null",
      "revoked_at = now()",
      /token tok_\S+ \(ci\): its state is in force in the table, revoked by the log/,
    ],
    [
      "a token with more rights",
      "api_token",
      () => token,
      "role = 'admin'",
      "role = 'operator'",
      /role is admin in the table, operator by the log/,
    ],
    [
      "a suspension nobody ordered",
      "identity",
      () => identity,
      "status = 'suspended'",
      "status = 'active'",
      /status is suspended in the table, active by the log/,
    ],
    [
      "an identity of others",
      "identity",
      () => identity,
      "owner = 'others@example.com'",
      "owner = 'team@example.com'",
      /owner is others@example.com in the table/,
    ],
  ])("%s", async (_, table, id, set, undo, words) => {
    const found = await after(
      table,
      `update ${table} set ${set} where id = '${id()}'`,
      `update ${table} set ${undo} where id = '${id()}'`,
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(words);
  });

  test.each([
    [
      "rules that no entry has",
      "profile",
      "rules = jsonb_set(rules, '{validitySecondsMax}', '1')",
      "rules = k.rules",
      "slug = 'tls-server'",
      /profile prf_\S+ \(tls-server\): its rules is/,
    ],
    [
      "an authority with another end",
      "authority",
      "not_after = not_after + interval '1 year'",
      "not_after = k.not_after",
      "slug = 'issuing'",
      /authority ca_\S+ \(issuing\): its end is \d{4}/,
    ],
    [
      "an authority switched off",
      "authority",
      "status = 'retired'",
      "status = k.status",
      "slug = 'issuing'",
      /status is retired in the table, active by the log/,
    ],
    [
      "an authority with another certificate",
      "authority",
      "certificate_der = '\\x00'",
      "certificate_der = k.certificate_der",
      "slug = 'issuing'",
      /certificate's content is another in the table/,
    ],
    [
      "another CRL",
      "crl",
      "der = '\\x00'",
      "der = k.der",
      "id = (select max(id) from crl)",
      /content is [0-9a-f]+ in the table/,
    ],
    [
      "another organization",
      "organization",
      "name = 'Other'",
      "name = k.name",
      "true",
      /name is Other in the table, Example by the log/,
    ],
  ])("%s", async (_, table, set, undo, where, words) => {
    await house.asSuper(`create table if not exists kept_${table} as select * from ${table}`);
    const found = await after(
      table,
      `update ${table} set ${set} where ${where}`,
      `update ${table} r set ${undo} from kept_${table} k where k.id = r.id`,
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(words);
  });

  test("and afterwards everything agrees again", async () => {
    expect((await reconcile(house.deps)).words).toEqual([]);
  });
});
