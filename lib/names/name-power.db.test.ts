import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { createAuthority } from "@/lib/issuing/create-authority";
import { createIdentity } from "@/lib/identities/create-identity";
import { findSystemIdentity, internalIdentityNames } from "@/lib/identities/read-identities";
import { updateIdentity } from "@/lib/identities/update-identity";
import { issueInternalCertificate } from "@/lib/issuing/issue-internal-certificate";
import { previewCertificate } from "@/lib/issuing/preview-certificate";
import type { Deps } from "@/lib/runtime/deps";
import { acceptedOf } from "@/testing/accounts/accepted";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  csrFor,
  editNames,
  heldBy,
  issueNames,
  makeHolder,
  makeNamesProfile,
  namesIn,
  outcomeOf,
} from "@/testing/ca/names-fixture";
import { refusalOf } from "@/testing/ca/requests";
import { makeTestKey } from "@/testing/pki/authorities";
import type { Harness } from "@/testing/harness";
import { changeNames } from "./change-names";
import { importNames } from "./import-names";
import { shareNames } from "./share-names";
import { transferNames } from "./transfer-names";
import { reconcile } from "@/lib/log/reconcile/reconcile";

let harness: Harness;
let deps: Deps;
let profile: string;
let authorityName: string;
const operator = operatorActor();
const admin = adminActor();
let accounts = 0;

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps);
  authorityName = (await getAuthority(deps, admin, "issuing")).name;
});
afterAll(async () => {
  await harness.close();
});

async function makeAccount(): Promise<{ id: string; email: string }> {
  const email = `user-${++accounts}@e.example`;
  const input = { email, name: "Robin Example", role: "admin" } as const;
  const { result } = await createAccount(deps, admin, input);
  return { id: result.id, email };
}

describe("the mailbox of an account is for the identity that signs in to it", () => {
  const refused = "name.confers-power";

  test.each([
    ["in the same spelling", (email: string) => email],
    ["in capitals", (email: string) => email.toUpperCase().replace("E.EXAMPLE", "e.example")],
    ["with a tag", (email: string) => email.replace("@", "+vpn@")],
  ])(
    "no other identity gets it %s: by an edit, by issuing, by import, by a transfer or share",
    async (_title, spell) => {
      const { email } = await makeAccount();
      const name = `email:${spell(email)}`;
      const { id } = await makeHolder(deps, "", { kind: "person" });
      const from = await makeHolder(deps, "DNS:unused.e.example".replace("unused", `u${accounts}`));
      for (const actor of [operator, admin]) {
        expect(await outcomeOf(editNames(deps, actor, id, { add: name }))).toBe(refused);
        const request = { profile, identity: id, names: name };
        expect(await outcomeOf(issueNames(deps, actor, request))).toBe(refused);
        const { findings, addNames } = await previewCertificate(deps, actor, {
          ...request,
          csr: await csrFor(name),
        });
        expect([findings.map(({ code }) => code), addNames]).toEqual([[refused], []]);
        const csv = `${id},email,${spell(email)}`;
        expect((await importNames(deps, actor, { csv, dryRun: true })).lines[0]).toMatchObject({
          code: refused,
        });
        expect((await importNames(deps, actor, { csv, dryRun: false })).lines[0]).toMatchObject({
          code: refused,
        });
        const names = namesIn(name);
        const input = {
          kind: "person",
          name: `new ${accounts} ${actor.role}`,
          owner: "me",
          note: "",
          names,
        } as const;
        expect(await outcomeOf(createIdentity(deps, actor, input))).toBe(refused);
      }
      const share = { names: namesIn(name), with: [from.id], comment: "both" };
      expect(await outcomeOf(shareNames(deps, admin, id, share))).toBe(refused);
      expect(await heldBy(deps, id)).toEqual([]);
    },
  );

  test("the identity that is linked gets it, and a transfer takes it to no other", async () => {
    const account = await makeAccount();
    const { id } = await makeHolder(deps, "", { kind: "person" });
    const other = await makeHolder(deps, "", { kind: "person" });
    const accepted = await acceptedOf(deps, id);
    await updateAccount(deps, admin, account.id, { identity: id, accepted });
    const name = `email:${account.email}`;
    expect(await outcomeOf(editNames(deps, admin, id, { add: name }))).toBe("done");
    const transfer = {
      names: namesIn(name),
      to: other.id,
      onRelease: "free",
      comment: "",
    } as const;
    expect(await outcomeOf(transferNames(deps, admin, id, transfer))).toBe(refused);
    expect(await heldBy(deps, id)).toEqual([`${name} held`]);
  });

  test("an account that is disabled keeps its mailbox", async () => {
    const account = await makeAccount();
    await updateAccount(deps, admin, account.id, { status: "disabled" });
    const { id } = await makeHolder(deps, "", { kind: "person" });
    expect(await outcomeOf(editNames(deps, admin, id, { add: `email:${account.email}` }))).toBe(
      refused,
    );
  });
});

describe("the hosts that Chancery serves are its own", () => {
  beforeAll(async () => {
    const { id: authorityId } = await getAuthority(deps, admin, "issuing");
    const { spkiDer } = makeTestKey("ecdsa-p256");
    const hosts = { dnsNames: ["ca.own.e.example", "edge"], ips: ["10.99.0.1"] };
    const key = { authorityId, spkiDer, purpose: "console-tls", ...hosts } as const;
    // They are bound first, and the signer, which is configured for other hosts, refuses then.
    await refusalOf(issueInternalCertificate(deps, key));
  });

  test.each([
    "DNS:ca.own.e.example",
    "DNS:CA.own.E.example",
    "DNS:*.own.e.example",
    "DNS:edge",
    "IP:10.99.0.1",
    "IP:10.99.0.0/16",
    "IP:10.0.0.0/8",
  ])("%s is added to no identity, by an edit, by issuing or as its name", async (name) => {
    const { id } = await makeHolder(deps);
    const code = "name.held-by-another";
    expect(await outcomeOf(editNames(deps, admin, id, { add: name }))).toBe(code);
    const refusal = await refusalOf(editNames(deps, admin, id, { add: name }));
    expect(refusal.message).toContain("belongs to Chancery itself");
    const isCarried = !name.includes("/");
    const request = { profile, identity: id, names: isCarried ? name : "IP:10.99.0.1" };
    expect(await outcomeOf(issueNames(deps, operator, request))).toBe(code);
    expect(await outcomeOf(issueNames(deps, admin, request))).toBe(code);
    const own = {
      name: isCarried ? name.slice(name.indexOf(":") + 1).replace("*.", "ca.") : "10.99.0.1",
    };
    expect(await outcomeOf(updateIdentity(deps, admin, id, own))).not.toBe("done");
  });

  test("they are shared and transferred by no administrator", async () => {
    const { id } = await makeHolder(deps);
    const system = await findSystemIdentity(deps, internalIdentityNames["console-tls"]);
    const share = {
      names: namesIn("DNS:ca.own.e.example"),
      with: [system?.id ?? ""],
      comment: "mine",
    };
    expect(await outcomeOf(shareNames(deps, admin, id, share))).toBe("identity.system");
    const transfer = { names: share.names, to: id, onRelease: "free", comment: "" } as const;
    expect(
      await outcomeOf(
        transferNames(deps, admin, system?.id ?? "", { ...transfer, names: [...share.names] }),
      ),
    ).toBe("identity.system");
    const release = { release: "DNS:ca.own.e.example", onRelease: "free" } as const;
    expect(await outcomeOf(editNames(deps, admin, system?.id ?? "", release))).toBe(
      "identity.system",
    );
  });
});

describe("the name of a CA is Chancery's", () => {
  test("no CA gets a name that an identity holds, in any case", async () => {
    const { id } = await makeHolder(deps, "CN:Payments-CA");
    for (const name of ["Payments-CA", "payments-ca"]) {
      const parentId = (await getAuthority(deps, admin, "root")).id;
      const input = { name, parentId, keyAlgorithm: "ecdsa-p256", validityYears: 1 } as const;
      expect(await outcomeOf(createAuthority(deps, admin, input))).toBe("name.held-by-another");
    }
    expect(await heldBy(deps, id)).toEqual(["cn:Payments-CA held"]);
  });

  test.each([
    ["the same", (name: string) => name],
    ["another case", (name: string) => name.toUpperCase()],
  ])(
    "no identity gets it in %s spelling, as its own name or as a further one",
    async (_title, spell) => {
      const name = spell(authorityName);
      const { id } = await makeHolder(deps);
      const code = "name.confers-power";
      for (const actor of [operator, admin]) {
        const input = { kind: "service", name, owner: "me", note: "" } as const;
        expect(await outcomeOf(createIdentity(deps, actor, input))).toBe(code);
        expect(await outcomeOf(updateIdentity(deps, actor, id, { name }))).toBe(code);
        const add = [{ type: "cn" as const, value: name }];
        const change = { add, release: [], onRelease: "reserve", comment: "" } as const;
        expect(await outcomeOf(changeNames(deps, actor, id, { ...change, release: [] }))).toBe(
          code,
        );
      }
    },
  );
});

test("the log explains every name that is held now, and each that a certificate was planned with", async () => {
  await harness.entries();
  const { problems } = await reconcile(harness.deps);
  expect(problems.filter((text) => /names/.test(text))).toEqual([]);
});
