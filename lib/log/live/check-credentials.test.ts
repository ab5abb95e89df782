import { expect, test } from "vitest";
import { makeCheck } from "@/lib/log/reconcile/check";
import type { EntryRecord } from "@/lib/log/types";
import { makeCredentialCheck } from "./check-credentials";

const record = (over: object): EntryRecord =>
  ({ ts: "2026-11-29T10:00:00.000Z", outcome: "success", target: null, ...over }) as EntryRecord;
const created = record({
  action: "enrollment-secret.created",
  actor: { kind: "user", id: "usr_1", label: "operator" },
  target: { kind: "enrollment-secret", id: "ens_1", label: "pay" },
  details: { secretDigest: "digest" },
});
const made = (details: object, over: object = {}): EntryRecord =>
  record({
    action: "certificate.planned",
    actor: { kind: "enrollment-secret", id: "ens_1", label: "Enrollment secret of pay" },
    details: { credentialDigest: "digest", actorRole: "service", ...details },
    ...over,
  });

function problems(...records: readonly EntryRecord[]): readonly string[] {
  const check = makeCheck();
  const credentials = makeCredentialCheck({ credentials: check });
  for (const [seq, one] of records.entries()) credentials.add(seq, one);
  return check.result().problems;
}

test("what an enrollment secret did, and was refused, agrees with the entry that created it", () => {
  const refused = made(
    { actorRole: null },
    { action: "enrollment-secret.refused", outcome: "denied" },
  );
  expect(problems(created, made({}), refused)).toEqual([]);
});

test.each([
  ["that no entry creates", [made({})], /an enrollment secret that no earlier entry creates/],
  ["whose hash was exchanged", [created, made({ credentialDigest: "other" })], /another secret/],
  ["with another role", [created, made({ actorRole: "admin" })], /the role admin/],
  ["without a role, although it succeeded", [created, made({ actorRole: null })], /the role null/],
] as const)("an enrollment secret %s is named", (_what, records, says) => {
  expect(problems(...records)).toEqual([expect.stringMatching(says)]);
});

const loggedIn = record({
  action: "login.created",
  actor: { kind: "token", id: "tok_1", label: "agent" },
  target: { kind: "login", id: "lgn_1", label: "pay" },
  details: { secretDigest: "digest" },
});
const byLogin = (details: object): EntryRecord =>
  made(details, { actor: { kind: "token", id: "lgn_1", label: "Login of pay" } });

test("what was done with a login's token agrees with the entry of the login", () => {
  expect(problems(loggedIn, byLogin({}))).toEqual([]);
});

test.each([
  ["that no entry creates", [byLogin({})], /a token that no earlier entry creates/],
  ["whose hash was exchanged", [loggedIn, byLogin({ credentialDigest: "x" })], /another secret/],
  ["with more than a service's role", [loggedIn, byLogin({ actorRole: "admin" })], /role admin/],
] as const)("a login %s is named", (_what, records, says) => {
  expect(problems(...records)).toEqual([expect.stringMatching(says)]);
});
