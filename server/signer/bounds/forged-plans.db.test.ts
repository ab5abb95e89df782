import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findSystemIdentity } from "@/lib/identities/read-identities";
import type { ExtendedKeyUsage, ProfileRules } from "@/lib/pki/types";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import { updateProfile } from "@/lib/profiles/update-profile";
import type { Deps } from "@/lib/runtime/deps";
import { completeSetup } from "@/lib/setup/complete-setup";
import { adminActor } from "@/testing/actors";
import { setupRequest } from "@/testing/ca/create-test-ca";
import { forgeForNames, forgePlan, type Forgery } from "@/testing/ca/forge-plan";
import { makeHolder } from "@/testing/ca/names-fixture";
import { refusalOf } from "@/testing/ca/requests";
import { type Harness, openHarness, testHostCaller } from "@/testing/harness";
import { makeTestKey } from "@/testing/pki/authorities";

// With the application's database role and the signer at hand, someone has a profile that allows
// what they like and an identity that holds the names: the signer's ceiling is what is left.
let harness: Harness, deps: Deps;
const admin = adminActor();
const day = 86_400;

beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
  ({ deps } = harness);
  await completeSetup(deps, admin, setupRequest);
});
afterAll(() => harness.close());

const everyName: Partial<ProfileRules["san"]> = {
  types: ["dns", "ip", "email", "uri"],
  min: 0,
  dnsPatterns: ["evil.net", "**.evil.net", "vault", "example.com.evil.org", "**.example.com"],
  ipRanges: ["8.0.0.0/8", "2001:db8::/32", "10.0.0.0/8"],
  emailDomains: ["evil.net", "example.com"],
  uriPrefixes: [
    "spiffe://evil.net/",
    "https://example.com.evil.org/",
    "urn:evil:",
    "spiffe://example.com/",
  ],
};

async function saveProfile(change: Partial<ProfileRules>): Promise<void> {
  const { id, version, slug, name, description, rules } = await getProfile(
    deps,
    admin,
    "tls-server",
  );
  const next = {
    ...rules,
    subject: { commonName: "optional", commonNameFrom: "san-or-identity", fixed: [] },
    ...change,
    san: { ...rules.san, ...everyName },
  };
  const input = profileInput.parse({ slug, name, description, authority: "issuing", rules: next });
  await updateProfile(deps, admin, id, { ...input, version });
}

/** What the signer says to a plan for these names, under a profile with these rules. */
async function answerTo(names: string, rules: Partial<ProfileRules> = {}): Promise<string> {
  await saveProfile({ extendedKeyUsage: ["serverAuth"], validitySecondsMax: 397 * day, ...rules });
  const { id } = await makeHolder(deps, names);
  const plan = await forgeForNames(deps, id, names, {});
  try {
    const signed = deps.signer.signCertificate(plan);
    return (await signed).length > 0 ? "signed" : "empty";
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    // The next row may hold the same names.
    await harness.asSuper("alter table identity_name disable trigger all");
    await harness.asSuper("update identity_name set state = 'released' where identity_id = $1", [
      id,
    ]);
    await harness.asSuper("alter table identity_name enable trigger all");
    await harness.asSuper("alter table certificate disable trigger all");
    await harness.asSuper(
      "update certificate set state = 'failed' where identity_id = $1 and state = 'planned'",
      [id],
    );
    await harness.asSuper("alter table certificate enable trigger all");
  }
}

describe("the same forgery within the ceiling is signed: it is the ceiling that refuses the others", () => {
  test.each([
    ["DNS:a.example.com"],
    ["DNS:*.b.example.com"],
    ["IP:10.1.2.3"],
    ["email:ann@example.com"],
    ["URI:spiffe://example.com/pay"],
  ])("%s", async (names) => {
    expect(await answerTo(names)).toBe("signed");
  });
});

describe("no name beyond the ceiling is signed", () => {
  test.each([
    ["DNS:evil.net"],
    ["DNS:www.evil.net"],
    ["DNS:*.evil.net"],
    ["DNS:vault"],
    ["DNS:example.com.evil.org"],
    ["DNS:c.example.com DNS:d.evil.net"],
    ["IP:8.8.8.8"],
    ["IP:2001:db8::1"],
    ["email:root@evil.net"],
    ["URI:spiffe://evil.net/pay"],
    ["URI:https://example.com.evil.org/pay"],
    ["URI:urn:evil:1"],
  ])("%s", async (names) => {
    expect(await answerTo(names)).toBe("signer.ceiling");
  });
});

describe("no usage and no lifetime beyond the ceiling is signed", () => {
  const usages = (...list: ExtendedKeyUsage[]) => ({ extendedKeyUsage: list });
  test.each<[string, Partial<ProfileRules>]>([
    ["code signing", usages("codeSigning")],
    ["code signing among others", usages("serverAuth", "codeSigning")],
    ["time stamping", usages("timeStamping")],
    ["mail", usages("emailProtection")],
    ["any usage", usages()],
    ["three years", { validitySecondsDefault: 1096 * day, validitySecondsMax: 1096 * day }],
    [
      "a second more than two years and a quarter",
      { validitySecondsDefault: 826 * day, validitySecondsMax: 826 * day },
    ],
    ["nine years", { validitySecondsDefault: 3285 * day, validitySecondsMax: 3285 * day }],
  ])("%s", async (_what, rules) => {
    expect(await answerTo("DNS:e.example.com", rules)).toBe("signer.ceiling");
  });
});

describe("no CA is signed", () => {
  const forged = async (more: Partial<Forgery> = {}): Promise<string> =>
    forgePlan(deps, {
      identity: (await findSystemIdentity(deps, "Authority issuing"))?.id ?? "",
      profile: "issuing-ca",
      issuer: "root",
      commonName: "Example Second CA",
      ...more,
    });
  const refusal = async (id: string) => (await refusalOf(deps.signer.signCertificate(id))).code;

  test("for a key of the attacker", async () => {
    expect(await refusal(await forged())).toBe("signer.ca-key");
    expect(await refusal(await forged({ spkiDer: makeTestKey("ecdsa-p384").spkiDer }))).toBe(
      "signer.ca-key",
    );
  });

  test("for a key that the signer made at their request, before the host confirms it", async () => {
    const { spkiDer } = await deps.signer.createKey("ecdsa-p256");
    const id = await forged({ spkiDer });
    expect(await refusal(id)).toBe("signer.unconfirmed");
    // It waits where the operator sees it, under the subject in its bytes.
    expect(await deps.signer.listWaiting(testHostCaller)).toMatchObject([
      { certificateId: id, name: "CN=Example Second CA", authorityId: null },
    ]);
  });

  test("by an old confirmation of other bytes", async () => {
    const { spkiDer } = await deps.signer.createKey("ecdsa-p256");
    const first = await forged({ spkiDer, commonName: "Harmless CA" });
    const shown = (await deps.signer.listWaiting(testHostCaller)).find(
      ({ certificateId }) => certificateId === first,
    );
    await deps.signer.decide(testHostCaller, {
      certificateId: first,
      tbsSha256: shown?.tbsSha256 ?? "",
      decision: "confirmed",
    });
    expect(await refusal(await forged({ spkiDer, commonName: "Other CA" }))).toBe(
      "signer.unconfirmed",
    );
  });

  test("by the setup, which has made its CAs, whatever is granted", async () => {
    await deps.signer.grantSetup({ token: "", domains: ["evil.net"] });
    const { spkiDer } = await deps.signer.createKey("ecdsa-p256");
    expect(await refusal(await forged({ spkiDer }))).toBe("signer.unconfirmed");
  });
});
