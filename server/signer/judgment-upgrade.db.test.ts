import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findProfile } from "@/lib/profiles/read-profiles";
import { updateProfile } from "@/lib/profiles/update-profile";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { forgeForNames } from "@/testing/ca/forge-plan";
import { issueNames, makeHolder } from "@/testing/ca/names-fixture";
import { refusalOf } from "@/testing/ca/requests";
import { seizeNames } from "@/testing/ca/seize-names";
import { type Harness } from "@/testing/harness";

let harness: Harness;
const admin = adminActor();
beforeAll(async () => {
  harness = await createTestCa();
});
afterAll(() => harness.close());

const migrations = [
  "20261129000200_profile_versions",
  "20261129000210_live_names",
  "20261129000220_remember_names_plan",
];
/** Removes what the migrations made, and runs them again on what is there, as an upgrade does. */
async function upgrade(): Promise<void> {
  for (const sql of [
    "drop trigger binding_is_kept on organization",
    "drop function tlog.binding_is_kept()",
    "drop function signer.remember_names(text[], text[], timestamptz[], boolean[], int[], text[], int[], text[], int[], text[], text[], timestamptz)",
    "drop function signer.fill_live_names(timestamptz, timestamptz)",
    "drop function signer.name_key(text, text)",
    "drop table signer.live_name",
    "drop table profile_version",
    "drop function if exists tlog.need_version_entry()",
    "drop function if exists tlog.version_is_fixed()",
  ])
    await harness.asSuper(sql);
  const folder = join(findRepoRoot(), "prisma/migrations");
  for (const name of migrations) {
    const sql = readFileSync(join(folder, name, "migration.sql"), "utf8");
    // The search index of then is gone.
    await harness.as("owner", sql.replace("grant select on tlog.search, ", "grant select on "));
  }
}

test("a database from before goes on: profiles as they are, and the names of certificates that are valid", async () => {
  const { deps } = harness;
  const b = await makeHolder(deps, "DNS:pay.example.com DNS:old.example.com");
  const a = await makeHolder(deps);
  const request = { profile: "tls-server", identity: b.id };
  await issueNames(deps, admin, { ...request, names: "DNS:pay.example.com" });
  await upgrade();
  const [versions] = await harness.asSuper(
    "select count(*)::int as n, count(digest)::int as recorded, (select count(*)::int from profile) as profiles from profile_version",
  );
  expect(versions).toEqual({ n: versions?.["profiles"], recorded: 0, profiles: 9 });
  const remembered = await harness.asSuper("select key from signer.live_name order by key");
  expect(remembered.map(({ key }) => key)).toEqual([
    "cn:example issuing ca",
    "cn:example root ca",
    "dns:003:com.example.pay",
  ]);
  const renewed = await issueNames(deps, admin, { ...request, names: "DNS:pay.example.com" });
  expect(renewed.status).toBe("valid");
  await seizeNames(deps, b.id, a.id, "DNS:pay.example.com");
  const seized = await forgeForNames(deps, a.id, "DNS:pay.example.com", {});
  expect((await refusalOf(deps.signer.signCertificate(seized))).code).toBe(
    "signer.name-of-another",
  );
  const { storedRules } = (await findProfile(deps, "tls-server")) ?? {};
  const rules = { ...storedRules, validitySecondsMax: 90 * 86_400 };
  await updateProfile(deps, admin, "tls-server", { rules: rules as never });
  harness.advance(2_001);
  const next = await issueNames(deps, admin, { ...request, names: "DNS:old.example.com" });
  expect(next).toMatchObject({ status: "valid", profile: { version: 2 } });
});
