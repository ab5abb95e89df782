import { afterAll, beforeAll, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { adminActor } from "@/testing/actors";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import { openTamperLog, type TamperLog } from "@/testing/log/tamper-fixture";
import { makeTestKey } from "@/testing/pki/authorities";

let log: TamperLog;
beforeAll(async () => {
  log = await openTamperLog();
}, 300_000);
afterAll(() => log.harness.close());

const admin = adminActor();
const found = async (): Promise<string> => (await log.problems()).join("\n");
const make = (name: string): Promise<string> =>
  createTestIdentity(log.harness.deps, name, [`${name}.example.com`]);

async function issue(identity: string, name: string, key = makeTestKey("ecdsa-p256")) {
  const csr = await makeCsr([`${name}.example.com`], key);
  const wish = { profile: "tls-server", identity, csr };
  return (await issueCertificate(log.harness.deps, admin, wish)).result.id;
}

const rowOf = (certificate: string): string =>
  `where spki_sha256 = (select spki_sha256 from certificate where id = '${certificate}')`;
const changeKey = (certificate: string, set: string): Promise<void> =>
  log.withoutGuards(`update public_key set ${set} ${rowOf(certificate)}`);

test("a key that was given to another identity, certified and given back is named each time", async () => {
  const [victim, thief] = [await make("victim"), await make("thief")];
  const key = makeTestKey("ecdsa-p256");
  const first = await issue(victim, "victim", key);
  await expect(issue(thief, "thief", key)).rejects.toMatchObject({
    findings: [{ code: "key.other-identity" }],
  });
  await changeKey(first, `identity_id = '${thief}'`);
  await log.publish();
  const moved = `its key belongs to the identity ${thief} in the table, not to ${victim}`;
  expect(await found()).toMatch(new RegExp(`^state: The certificate ${first} .*${moved}`, "m"));
  const second = await issue(thief, "thief", key);
  await changeKey(first, `identity_id = '${victim}'`);
  await log.publish();
  const text = await found();
  expect(text).toMatch(new RegExp(`^state: The certificate ${second} .*not to ${thief}\\.$`, "m"));
  expect(text).toMatch(
    new RegExp(`^state: The certificate ${second} .*its key was certified for two identities`, "m"),
  );
  expect(text).not.toContain(`The certificate ${first}`);
});

test.each([
  ["whose row is that of another key", "spki_sha256 = sha256('other')", /is not in the table of/],
  ["that was blocked although none reported it", "blocked = true", /its key is blocked, but no/],
])("a key %s is named", async (what, set, finding) => {
  const name = `key-${what.length}`;
  const id = await issue(await make(name), name);
  await log.harness.asSuper(`create table kept_key as select * from public_key ${rowOf(id)}`);
  await changeKey(id, set);
  await log.publish();
  const text = await found();
  await log.withoutGuards(
    `delete from public_key ${rowOf(id)} or spki_sha256 = sha256('other')`,
    "insert into public_key select * from kept_key",
  );
  await log.harness.asSuper("drop table kept_key");
  expect(text).toMatch(new RegExp(`^state: The certificate ${id} .*${finding.source}`, "m"));
});

test("a key that was reported as compromised and is free again is named", async () => {
  const id = await issue(await make("lost"), "lost");
  await revokeCertificate(log.harness.deps, admin, id, { reason: "keyCompromise" });
  await log.publish();
  expect(await found()).not.toContain(id);
  await changeKey(id, "blocked = false");
  const text = await found();
  await changeKey(id, "blocked = true");
  expect(text).toMatch(new RegExp(`^state: The certificate ${id} .*is not blocked`, "m"));
});
