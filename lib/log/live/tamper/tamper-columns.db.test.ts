import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTamperLog, type TamperLog } from "@/testing/log/tamper-fixture";

let log: TamperLog;
beforeAll(async () => {
  log = await openTamperLog();
}, 300_000);
afterAll(() => log.harness.close());

test("a healthy log raises nothing", async () => {
  expect(await log.problems()).toEqual([]);
});

type Case = readonly [
  what: string,
  table: string,
  set: string,
  id: () => string | null,
  finding: RegExp,
];
const certificate = () => log.ids.certificate;
const cases: readonly Case[] = [
  [
    "a rule switched off",
    "rule_setting",
    "enabled = false",
    () => null,
    /^state: .*its being enabled is false/,
  ],
  [
    "a rule's severity",
    "rule_setting",
    "severity = 'low'",
    () => null,
    /^state: .*severity is low/,
  ],
  [
    "a rule's value",
    "rule_setting",
    `"values" = '{"count": 99}'`,
    () => null,
    /^state: .*list of values/,
  ],
  [
    "a token's hash",
    "api_token",
    "secret_hash = sha256('other')",
    () => log.ids.token,
    /^state: The token .*its secret is/,
  ],
  [
    "a token's maker",
    "api_token",
    "created_by = 'someone@example.com'",
    () => log.ids.token,
    /^state: .*creator/,
  ],
  [
    "a password's hash",
    "account",
    "password_hash = 'other'",
    () => log.ids.account,
    /^state: The account .*its password is/,
  ],
  [
    "the name of a user",
    "account",
    "name = 'Other'",
    () => log.ids.account,
    /^state: .*its name is Other/,
  ],
  [
    "a session's end",
    "session",
    "expires_at = expires_at + interval '1 year'",
    () => log.ids.session,
    /^state: The session .*expiration/,
  ],
  [
    "an alert's text",
    "alert",
    "summary = 'Nothing happened.'",
    () => log.ids.alert,
    /^state: The alert .*summary is Nothing happened/,
  ],
  [
    "an alert's subject",
    "alert",
    "subject_label = 'other.example.com'",
    () => log.ids.alert,
    /^state: .*subject's name is other/,
  ],
  [
    "the time of an alert",
    "alert",
    "opened_at = opened_at - interval '1 day'",
    () => log.ids.alert,
    /^state: .*creation date/,
  ],
  [
    "who requested a certificate",
    "certificate",
    "requested_by = 'other@example.com'",
    certificate,
    /^state: .*requester is other@example.com/,
  ],
  [
    "a certificate's common name",
    "certificate",
    "common_name = 'other.example.com'",
    certificate,
    /^state: .*common name is other.example.com/,
  ],
  [
    "a certificate's key algorithm",
    "certificate",
    "key_algorithm = 'rsa-2048'",
    certificate,
    /^state: .*key algorithm is rsa-2048/,
  ],
  [
    "when a certificate was made",
    "certificate",
    "created_at = created_at - interval '1 day'",
    certificate,
    /^state: .*creation date/,
  ],
  [
    "when a certificate was issued",
    "certificate",
    "issued_at = issued_at - interval '1 day'",
    certificate,
    /^state: .*issuing date/,
  ],
  [
    "a CRL's time",
    "crl",
    "this_update = this_update - interval '1 day'",
    () => null,
    /^state: The crl .*this update/,
  ],
  [
    "an authority's subject",
    "authority",
    "subject_text = 'CN=Other'",
    () => null,
    /^state: The authority .*subject is CN=Other/,
  ],
  [
    "how names are bound",
    "organization",
    "name_binding = 'observed'",
    () => null,
    /^state: .*name binding is observed/,
  ],
  [
    "a version of a profile",
    "profile_version",
    `rules = jsonb_set(rules, '{validitySecondsMax}', '1')`,
    () => null,
    /^state: The profile version .*settings/,
  ],
];

describe("what decides or is shown can't be changed unseen, with the guards off and put back:", () => {
  test.each(cases)("%s", async (_what, table, set, id, finding) => {
    await log.harness.asSuper(`create table kept as select * from ${table}`);
    const key = id();
    const where = key === null ? "" : ` where id = '${key}'`;
    try {
      await log.withoutGuards(`update ${table} set ${set}${where}`);
      const found = await log.problems();
      expect(found.join("\n")).toMatch(new RegExp(finding.source, "m"));
    } finally {
      const column = set.slice(0, set.indexOf(" "));
      const same =
        table === "profile_version"
          ? "k.profile_id = t.profile_id and k.version = t.version"
          : "k.id = t.id";
      await log.withoutGuards(
        `update ${table} t set ${column} = k.${column} from kept k where ${same}`,
      );
      await log.harness.asSuper("drop table kept");
    }
  });
});
