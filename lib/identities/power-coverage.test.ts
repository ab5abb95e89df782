import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

// Every use case that can change an identity, or what belongs to one, asks about its power. The test
// reads the sources: a new use case is found by the permission that it demands.
const root = join(import.meta.dirname, "..");

const changing =
  /\b(?:authorize|getCertificateRow|scopeOfActor)\(\s*(?:deps,\s*)?actor,\s*"(?:identities\.write|names\.manage|certificates\.(?:issue|rotate|revoke|hold)|accounts\.write|tokens\.write|proxies\.write|alerts\.handle)"/;
const askers =
  "requirePower|lockHolder|changeNames|grantPower|movePower|removePower|issueForRequest|issueWithKeyOf|decideIssuance|assertMayExcept|assertMayResolve";
const asking = new RegExp(`\\b(?:${askers})\\(`);

/** Those that need not ask, and why. */
const exempt: Readonly<Record<string, string>> = {
  "identities/create-identity.ts": "what is created has no power yet",
  "names/enforce-names.ts": "takes no identity",
  "accounts/create-account.ts": "a new account is linked to no identity",
  "accounts/create-first-account.ts": "a new account is linked to no identity",
  "accounts/invite-account.ts": "replaces an account's link, and takes no identity",
  "accounts/cancel-invitation.ts": "ends an account's link, and takes no identity",
  "accounts/recover-account.ts": "on the host, and takes no identity",
  "accounts/end-session.ts": "ends a session, and takes no identity",
  "tokens/revoke-token.ts": "takes access away, and only administrators may",
  "acme/revoke-acme-key.ts": "takes access away, and only administrators may",
  "enrollment/revoke-enrollment-secret.ts": "takes access away, and issues nothing",
  "certificates/preview-revocation.ts": "reads",
  "est/reenroll.ts": "the certificate is rotated by the use case for that",
  "compat/create-login.ts": "a shorter form of the credential of the identity itself",
  "alerts/find-assignees.ts": "reads",
  "overview/get-checklist.ts": "reads",
  "overview/answer-checklist.ts": "records what an administrator says, and takes no identity",
  "bulk/authorize-bulk.ts":
    "each certificate, identity or alert is changed by the use case for one",
};

function sources(): readonly Readonly<{ file: string; text: string }>[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter(
      (file) =>
        file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.startsWith("db/generated/"),
    )
    .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
}

test("every use case that takes an identity, or what belongs to one, asks about its power", () => {
  const all = sources().filter(({ text }) => changing.test(text));
  expect(all.length).toBeGreaterThan(15);
  const silent = all.filter(({ text }) => !asking.test(text)).map(({ file }) => file);
  expect(silent.toSorted()).toEqual(Object.keys(exempt).toSorted());
});

test("power is decided in one place", () => {
  const deciding = sources().filter(({ text }) => /\bfindPowerRefusal\(/.test(text));
  expect(deciding.map(({ file }) => file).toSorted()).toEqual([
    "identities/power.ts",
    "issuing/rules/check-power.ts",
  ]);
});
