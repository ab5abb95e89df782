import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { adminActor } from "@/testing/actors";
import type { Harness } from "@/testing/harness";
import { startSequencer } from "@/lib/log/sequence/sequencer";
import { reconcile } from "./reconcile";
import { createReconciledCa, issueTo, problemsAfter } from "@/testing/log/reconcile-fixture";

let harness: Harness;
let identity = "";
let account = "";
let token = "";
let certificates: Readonly<Record<string, string>> = {};
const admin = adminActor();

const issue = () => issueTo(harness.deps, identity);
const sequence = () => harness.deps.db.pool.query("select tlog.sequence_batch(100000)");

beforeAll(async () => {
  ({ harness, identity, account, token, certificates } = await createReconciledCa());
});
afterAll(async () => {
  await harness.close();
});

describe("a healthy house", () => {
  test("agrees with its log while nothing is numbered yet, in part, and when everything is", async () => {
    for (const step of [
      async () => {},
      () => harness.deps.db.pool.query("select tlog.sequence_batch(37)"),
      sequence,
    ]) {
      await step();
      const { count, checked, problems } = await reconcile(harness.deps);
      expect(problems).toEqual([]);
      expect(count).toBe(0);
      expect(checked).toBeGreaterThan(25);
    }
  });

  test("agrees at every moment while certificates are issued, held, released and revoked and the sequencer runs", async () => {
    const sequencer = startSequencer(harness.deps.db);
    let busy = true;
    const work = async (): Promise<void> => {
      for (let n = 0; n < 12; n++) {
        const id = await issue();
        await revokeCertificate(harness.deps, admin, id, { reason: "certificateHold" });
        await releaseCertificate(harness.deps, admin, id);
        await revokeCertificate(harness.deps, admin, id, { reason: "superseded" });
      }
    };
    const all = Promise.all([work(), work(), work()]).finally(() => {
      busy = false;
    });
    let looks = 0;
    while (busy) {
      expect((await reconcile(harness.deps)).problems).toEqual([]);
      looks++;
    }
    await all;
    await sequencer.stop();
    expect(looks).toBeGreaterThan(1);
  });
});

describe("each disagreement is named", () => {
  const row = (name: string): string => `id = '${certificates[name] ?? ""}'`;
  /** Copies all certificates, without the column that the database computes, and those after it. */
  async function keepCertificates(): Promise<void> {
    await harness.asSuper(
      "drop table if exists kept; create table kept as select * from certificate; alter table kept drop column search_text, drop column status_xid, drop column rotate_by, drop column rotation_requested_at, drop column rotation_requested_by, drop column rotation_comment, drop column server_key",
    );
  }

  test.each([
    [
      "a status that nothing explains",
      "issued",
      "state = 'revoked', revoked_at = now(), revocation_reason = 'superseded'",
      /status is revoked in the table, but issued according to the log \(entry \d+\)/,
    ],
    [
      "a revocation taken back",
      "revoked",
      "state = 'issued', revoked_at = null, revocation_reason = null, revocation_comment = null",
      /status is issued in the table, but revoked according to the log/,
    ],
    [
      "a hold ended without a release",
      "held",
      "state = 'issued', revoked_at = null, revocation_reason = null, revocation_comment = null",
      /status is issued in the table, but held according to the log/,
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
      /revocation reason is unspecified in the table, but superseded according to the log/,
    ],
    [
      "another comment",
      "revoked",
      "revocation_comment = 'nothing to see'",
      /comment differs from the log/,
    ],
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
      /identity is idn_\S+ in the table, but idn_\S+ according to the log/,
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
      /profile's version is 9 in the table, but 1 according to the log/,
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
      /subject alternative name is dns:other.example.com in the table/,
    ],
    [
      "a longer life",
      "issued",
      "not_after = not_after + interval '1 year'",
      /expiration is \d{4}-\S+ in the table/,
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
      /predecessor \(none\) differs from the log/,
    ],
  ])("%s of a certificate", async (_, name, set, words) => {
    await sequence();
    await keepCertificates();
    const columns =
      "serial, identity_id, profile_id, profile_version, spki_sha256, tbs_der, sans, not_after, der, state, revoked_at, revocation_reason, revocation_comment, predecessor_id";
    const found = await problemsAfter(
      harness,
      "certificate",
      `update certificate set ${set} where ${row(name)}`,
      `update certificate c set (${columns}) = (select ${columns} from kept k where k.id = c.id) where c.${row(name)}`,
    );
    expect(found.join("\n")).toMatch(words);
    expect(found.every((said) => said.includes(certificates[name] ?? "?"))).toBe(true);
    expect((await reconcile(harness.deps)).problems).toEqual([]);
  });

  test("a certificate without an entry", async () => {
    await keepCertificates();
    const insert = `insert into certificate select (jsonb_populate_record(k, jsonb_build_object('id', 'crt_00000000000000000000000000', 'serial', '\\x22222222222222222222222222222222', 'fingerprint_sha256', null, 'state', 'planned', 'der', null))).* from kept k where ${row("issued")}`;
    const found = await problemsAfter(
      harness,
      "certificate",
      insert,
      "delete from certificate where id = 'crt_00000000000000000000000000'",
    );
    expect(found).toEqual([
      expect.stringMatching(
        /The certificate crt_0{26} \(serial 2{32}\) is in the table but has no entry/,
      ),
    ]);
  });

  test("an entry without a certificate", async () => {
    await keepCertificates();
    const found = await problemsAfter(
      harness,
      "certificate",
      `delete from certificate where ${row("issued")}`,
      `insert into certificate select * from kept where ${row("issued")}`,
    );
    expect(found).toEqual([
      `The certificate ${certificates["issued"] ?? ""} is in the log but not in the table.`,
    ]);
  });

  test("a blocked key set free", async () => {
    const set = (blocked: boolean) =>
      `update public_key set blocked = ${blocked} where spki_sha256 = (select spki_sha256 from certificate where ${row("raised")})`;
    const problems = await problemsAfter(harness, "public_key", set(false), set(true));
    expect(problems).toEqual([expect.stringMatching(/reported as compromised but is not blocked/)]);
  });

  test.each([
    [
      "an account that became an administrator",
      "account",
      () => account,
      "role = 'admin'",
      "role = 'operator'",
      /account usr_\S+ \(auditor@example.com\): its role is admin in the table, but operator according to the log/,
    ],
    [
      "an account switched off",
      "account",
      () => account,
      "status = 'disabled'",
      "status = 'active'",
      /status is disabled in the table, but active according to the log/,
    ],
    [
      "a revoked token set to active again",
      "api_token",
      () => token,
      "revoked_at = null",
      "revoked_at = now()",
      /token tok_\S+ \(ci\): its state is active in the table, but revoked according to the log/,
    ],
    [
      "a token with more rights",
      "api_token",
      () => token,
      "role = 'admin'",
      "role = 'operator'",
      /role is admin in the table, but operator according to the log/,
    ],
    [
      "a suspension no one ordered",
      "identity",
      () => identity,
      "status = 'suspended'",
      "status = 'active'",
      /status is suspended in the table, but active according to the log/,
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
    const found = await problemsAfter(
      harness,
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
      // The digest of the version covers its rules.
      /profile prf_\S+ \(tls-server\): its settings is/,
    ],
    [
      "an authority with another end",
      "authority",
      "not_after = not_after + interval '1 year'",
      "not_after = k.not_after",
      "slug = 'issuing'",
      /authority ca_\S+ \(issuing\): its expiration is \d{4}/,
    ],
    [
      "an authority switched off",
      "authority",
      "status = 'retired'",
      "status = k.status",
      "slug = 'issuing'",
      /status is retired in the table, but active according to the log/,
    ],
    [
      "an authority with another certificate",
      "authority",
      "certificate_der = '\\x00'",
      "certificate_der = k.certificate_der",
      "slug = 'issuing'",
      /certificate's content is different in the table/,
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
      /name is Other in the table, but Example according to the log/,
    ],
  ])("%s", async (_, table, set, undo, where, ...words) => {
    await harness.asSuper(`create table if not exists kept_${table} as select * from ${table}`);
    const found = await problemsAfter(
      harness,
      table,
      `update ${table} set ${set} where ${where}`,
      `update ${table} r set ${undo} from kept_${table} k where k.id = r.id`,
    );
    expect(found.toSorted()).toEqual(words.map((one) => expect.stringMatching(one)));
  });

  test("and afterwards everything agrees again", async () => {
    expect((await reconcile(harness.deps)).problems).toEqual([]);
  });
});
