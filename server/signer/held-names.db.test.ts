import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { changeAsApplication, forgeForNames } from "@/testing/ca/forge-plan";
import { editNames, makeHolder, makeNamesProfile } from "@/testing/ca/names-fixture";
import { refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";

// With the application's database role and the signer at hand, someone plans certificates with names
// that their identity doesn't hold.
let harness: Harness, deps: Deps, profile: string;
const admin = adminActor();
let domains = 0;
/** A domain that no other test uses, in place of each `@@`. */
const inOwnDomain = (): ((text: string) => string) => {
  const domain = `held${++domains}.example.com`;
  return (text) => text.replaceAll("@@", domain);
};

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps, {
    dnsPatterns: ["**.example.com"],
    emailDomains: ["example.com"],
    uriPrefixes: ["spiffe://example.com/"],
  });
});
afterAll(() => harness.close());

const forgeFor = (identity: string, names: string): Promise<string> =>
  forgeForNames(deps, identity, names, { profile });
const refusalFor = async (identity: string, names: string): Promise<string> =>
  (await refusalOf(deps.signer.signCertificate(await forgeFor(identity, names)))).code;

describe("a certificate has only names that its identity holds", () => {
  test.each<[string, string, string]>([
    ["a host", "", "DNS:x.@@"],
    ["one of two hosts", "DNS:x.@@", "DNS:x.@@ DNS:vault.@@"],
    ["a wildcard over a host", "DNS:x.@@", "DNS:*.@@"],
    ["a host two labels below its wildcard", "DNS:*.@@", "DNS:a.b.@@"],
    ["an address", "", "IP:10.9.0.9"],
    ["a SPIFFE ID below another", "URI:spiffe://example.com/a", "URI:spiffe://example.com/a/b"],
    ["a mailbox with a tag", "email:ci@example.com", "email:ci+x@example.com"],
  ])("and not %s", async (_what, held, wanted) => {
    const at = inOwnDomain();
    const { id } = await makeHolder(deps, at(held));
    expect(await refusalFor(id, at(wanted))).toBe("signer.name-not-held");
  });

  test("and not one that it gave up between plan and signature", async () => {
    const at = inOwnDomain();
    const { id } = await makeHolder(deps, at("DNS:x.@@"));
    const plan = await forgeFor(id, at("DNS:x.@@"));
    await editNames(deps, admin, id, { release: at("DNS:x.@@"), onRelease: "free" });
    expect((await refusalOf(deps.signer.signCertificate(plan))).code).toBe("signer.name-not-held");
  });

  test("and names that are enforced are never only reported again", async () => {
    const [{ id, name } = {}] = await harness.asSuper("select id, name from organization");
    const change = changeAsApplication(
      deps,
      [
        {
          action: "organization.created",
          outcome: "success",
          target: { kind: "organization", id: String(id), label: String(name) },
          details: { name: String(name) },
        },
      ],
      ["update organization set name_binding = 'observed'"],
    );
    await expect(change).rejects.toThrow(/stay enforced/);
  });
});
