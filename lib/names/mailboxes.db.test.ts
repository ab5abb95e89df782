import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { createIdentity } from "@/lib/identities/create-identity";
import { listPower } from "@/lib/identities/read-power";
import { updateIdentity } from "@/lib/identities/update-identity";
import { previewCertificate } from "@/lib/issuing/preview-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import type { Deps } from "@/lib/runtime/deps";
import { acceptedOf } from "@/testing/accounts/accepted";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  callers,
  csrFor,
  editNames,
  issueNames,
  makeHolder,
  makeNamesProfile,
  outcomeOf,
} from "@/testing/ca/names-fixture";
import { refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { reconcile } from "@/lib/log/reconcile/reconcile";

let harness: Harness, deps: Deps, profile: string;
const admin = adminActor();
const operator = operatorActor();
const held = "account.email-held";
const refused = "name.confers-power";

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps);
});
afterAll(async () => {
  await harness.close();
});

const makeUser = (email: string, more: Readonly<{ acceptEmailHolders?: true }> = {}) =>
  createAccount(deps, admin, { email, name: "Robin Example", role: "admin", ...more });

describe("a user isn't created over an identity that holds the user's email", () => {
  test.each([
    ["the mailbox", "email:taken1@e.example", "taken1@e.example"],
    ["it in capitals", "email:TAKEN2@e.example", "taken2@e.example"],
    ["a tag of it", "email:taken3+vpn@e.example", "taken3@e.example"],
    ["it, and the user would get a tag", "email:taken4@e.example", "taken4+admin@e.example"],
    ["a common name that reads as it", "CN:taken5@e.example", "taken5@e.example"],
  ])("unless an administrator accepts that, if it holds %s", async (_title, name, email) => {
    const { id, name: holder } = await makeHolder(deps, name);
    const error = await refusalOf(makeUser(email));
    expect([error.code, error.findings[0]?.path]).toEqual([held, "email"]);
    expect(error.message).toContain(holder);
    const { entries } = await harness.during(() => makeUser(email, { acceptEmailHolders: true }));
    expect(entries.find(({ action }) => action === "account.created")?.details).toMatchObject({
      emailHolders: [{ identityId: id, identity: holder }],
    });
  });

  test("also if it is the identity's own name, or reserved for it while a certificate carries it", async () => {
    await makeHolder(deps, "", { kind: "person", name: "own@e.example" });
    expect(await outcomeOf(makeUser("own@e.example"))).toBe(held);
    const names = "email:reserved@e.example";
    const { id } = await makeHolder(deps, names, { kind: "person" });
    await issueNames(deps, admin, { profile, identity: id, names });
    await editNames(deps, admin, id, { release: names });
    expect(await outcomeOf(makeUser("reserved@e.example"))).toBe(held);
  });

  test("and names that only look alike don't matter", async () => {
    await makeHolder(deps, "email:near@e.example DNS:near.e.example");
    for (const email of ["nearer@e.example", "near@sub.e.example", "x+near@e.example"])
      expect(await outcomeOf(makeUser(email))).toBe("done");
  });

  test("whichever of the two comes first, when both come at once", async () => {
    for (let at = 0; at < 4; at++) {
      const email = `race${at}@e.example`;
      const { id } = await makeHolder(deps, "", { kind: "person" });
      const outcomes = await Promise.all([
        outcomeOf(makeUser(email)),
        outcomeOf(editNames(deps, operator, id, { add: `email:${email}` })),
      ]);
      expect([`done ${refused}`, `${held} done`]).toContain(outcomes.join(" "));
    }
  });
});

describe("an identity that held the email before the user", () => {
  const makeHeld = async (email: string) => {
    const identity = await makeHolder(deps, `email:${email}`, { kind: "person" });
    const request = { profile, identity: identity.id, names: `email:${email}` };
    const before = await issueNames(deps, operator, request);
    const account = (await makeUser(email, { acceptEmailHolders: true })).result;
    return { identity, request, before, account };
  };

  test("gets no new certificate with it, from anyone and in any spelling, until it is linked", async () => {
    const { identity, request, account } = await makeHeld("pete@e.example");
    for (const caller of [callers.administrator, callers.operator, callers.certificate])
      expect(await outcomeOf(issueNames(deps, caller(identity.id), request))).toBe(refused);
    const tagged = { ...request, names: "email:PETE@e.example" };
    expect(await outcomeOf(issueNames(deps, admin, tagged))).toBe(refused);
    const preview = await previewCertificate(deps, operator, {
      ...request,
      csr: await csrFor(request.names),
    });
    expect(preview.findings.map(({ code, severity }) => [code, severity])).toEqual([
      [refused, "error"],
    ]);
    const accepted = await acceptedOf(deps, identity.id);
    await updateAccount(deps, admin, account.id, { identity: identity.id, accepted });
    expect(await outcomeOf(issueNames(deps, admin, request))).toBe("done");
    await updateAccount(deps, admin, account.id, { identity: null });
    expect(await outcomeOf(issueNames(deps, admin, request))).toBe(refused);
  });

  test("keeps rotating what it has, with a warning", async () => {
    const { request, before } = await makeHeld("rotates@e.example");
    const input = { csr: await csrFor(request.names) };
    expect(await outcomeOf(rotateCertificate(deps, admin, before.id, input))).toBe("done");
  });

  test("gets certificates without it as before", async () => {
    const { request } = await makeHeld("others@e.example");
    const names = "DNS:others.e.example";
    expect(await outcomeOf(issueNames(deps, operator, { ...request, names }))).toBe("done");
  });

  test("is listed with the user, where an administrator reviews who can act as whom", async () => {
    const { identity, account } = await makeHeld("listed@e.example");
    const { mailboxes } = await listPower(deps, admin);
    expect(mailboxes).toContainEqual({
      account: { id: account.id, email: "listed@e.example" },
      identity: { id: identity.id, name: identity.name },
      name: "email:listed@e.example",
    });
    const accepted = await acceptedOf(deps, identity.id);
    await updateAccount(deps, admin, account.id, { identity: identity.id, accepted });
    const after = await listPower(deps, admin);
    expect(after.mailboxes.map((row) => row.account.id)).not.toContain(account.id);
  });
});

describe("no identity is named after the email of a user", () => {
  test.each([
    ["the same", (email: string) => email],
    ["another case", (email: string) => email.toUpperCase()],
  ])("in %s spelling, when it is created or renamed", async (_title, spell) => {
    const email = `named-${spell("x") === "X" ? "upper" : "lower"}@e.example`;
    const { result: account } = await makeUser(email);
    const name = spell(email);
    const { id } = await makeHolder(deps, "", { kind: "person" });
    for (const actor of [operator, admin]) {
      const input = { kind: "service", name, owner: "me", note: "" } as const;
      const error = await refusalOf(createIdentity(deps, actor, input));
      expect([error.code, error.findings[0]?.path]).toEqual([refused, "name"]);
      expect(await outcomeOf(updateIdentity(deps, actor, id, { name }))).toBe(refused);
    }
    await updateAccount(deps, admin, account.id, { identity: id });
    expect(await outcomeOf(updateIdentity(deps, admin, id, { name }))).toBe("done");
  });
});

test("the log explains every name that is held now, and each that a certificate was planned with", async () => {
  await harness.entries();
  const { problems } = await reconcile(harness.deps);
  expect(problems.filter((text) => /names/.test(text))).toEqual([]);
});
