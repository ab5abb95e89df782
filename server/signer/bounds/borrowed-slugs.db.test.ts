import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCertificate } from "@/lib/pki/certificate";
import {
  basicConstraintsExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
} from "@/lib/pki/extensions";
import { extensionOids } from "@/lib/pki/oids";
import { systemRules } from "@/lib/pki/system-rules";
import type { GeneralName, ProfileRules } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import { completeSetup } from "@/lib/setup/complete-setup";
import { adminActor } from "@/testing/actors";
import { setupRequest } from "@/testing/ca/create-test-ca";
import { forgePlan, type Forgery, withExtensions } from "@/testing/ca/forge-plan";
import { forgeProfileVersion } from "@/testing/ca/forge-profile-version";
import { makeHolder, makeNamesProfile } from "@/testing/ca/names-fixture";
import { refusalOf } from "@/testing/ca/requests";
import { type Harness, openHarness } from "@/testing/harness";

// With the application's database role, someone gives a version of an ordinary profile the slug of
// one of Chancery's own. The ceilings are those that the setup gave its CAs.
let harness: Harness, deps: Deps, hosts: number;
const slugs = Object.keys(systemRules);
const allowed: Partial<ProfileRules> = { extendedKeyUsage: ["serverAuth"] };

beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
  ({ deps } = harness);
  hosts = 0;
  await completeSetup(deps, adminActor(), setupRequest);
});
afterAll(() => harness.close());

type Wish = Readonly<{
  slug: string;
  domain?: string;
  system?: boolean;
  rules?: Partial<ProfileRules>;
  /** Of the plan, where it differs from the rules of the version. */
  plan?: Partial<Forgery>;
}>;

/** The plan of a leaf for a name that its identity holds, under such a version; its ID. */
async function forgeLeaf(wish: Wish): Promise<string> {
  const { slug, domain = "example.com", system = false, rules = allowed, plan } = wish;
  const name: GeneralName = { type: "dns", value: `h${++hosts}.${domain}` };
  const profile = await makeNamesProfile(deps, { dnsPatterns: [`**.${domain}`] });
  const { id: identity } = await makeHolder(deps, `DNS:${name.value}`);
  const version = { slug, system, authority: "issuing", rules };
  const profileVersion = await forgeProfileVersion(deps, profile, version);
  const row = { profileVersion };
  return forgePlan(deps, { identity, profile, names: [name], rules: allowed, row, ...plan });
}
const sign = async (wish: Wish): Promise<Uint8Array> =>
  deps.signer.signCertificate(await forgeLeaf(wish));
const refusal = async (wish: Wish): Promise<string> => (await refusalOf(sign(wish))).code;

describe.each(slugs)("the slug %s on a version that isn't Chancery's own", (slug) => {
  test("changes nothing about a leaf within the ceiling: it is signed as one, and as no CA", async () => {
    const der = await sign({ slug });
    expect(new X509Certificate(der).ca).toBe(false);
    const extensions = new Map(readCertificate(der).extensions.map((one) => [one.oid, one]));
    const hexOf = (oid: string) => Buffer.from(extensions.get(oid)?.value ?? []).toString("hex");
    const { basicConstraints, keyUsage, extKeyUsage, nameConstraints } = extensionOids;
    // Each is the end of its whole extension.
    for (const [oid, whole] of [
      [basicConstraints, basicConstraintsExtension(false, null)],
      [keyUsage, keyUsageExtension(["digitalSignature"])],
      [extKeyUsage, extendedKeyUsageExtension(["serverAuth"])],
    ] as const)
      expect(
        Buffer.from(whole)
          .toString("hex")
          .endsWith(`04${lengthOf(hexOf(oid))}${hexOf(oid)}`),
      ).toBe(true);
    expect([extensions.has(nameConstraints), extensions.has(extensionOids.ocspNoCheck)]).toEqual([
      false,
      false,
    ]);
  });

  test.each<[string, Partial<Wish>]>([
    ["a name", { domain: "evil.net" }],
    [
      "a usage",
      {
        rules: { extendedKeyUsage: ["codeSigning"] },
        plan: { rules: { extendedKeyUsage: ["codeSigning"] } },
      },
    ],
    [
      "a lifetime",
      {
        rules: { ...allowed, validitySecondsDefault: 9e7, validitySecondsMax: 9e7 },
        plan: { rules: { ...allowed, validitySecondsDefault: 9e7, validitySecondsMax: 9e7 } },
      },
    ],
  ])("takes %s beyond the ceiling no further", async (_what, wish) => {
    expect(await refusal({ slug, ...wish })).toBe("signer.ceiling");
  });

  test("gives a leaf neither the basic constraints nor the usages of a CA, nor those of a responder", async () => {
    const { basicConstraints, keyUsage, extKeyUsage } = extensionOids;
    for (const change of [
      { [basicConstraints]: basicConstraintsExtension(true, null) },
      { [basicConstraints]: basicConstraintsExtension(true, 0) },
      { [keyUsage]: keyUsageExtension(["digitalSignature", "keyCertSign"]) },
      { [keyUsage]: keyUsageExtension(["digitalSignature", "cRLSign"]) },
      { [extKeyUsage]: extendedKeyUsageExtension(["serverAuth", "ocspSigning"]) },
    ])
      expect(
        await refusal({ slug, plan: { change: (parts) => withExtensions(parts, change) } }),
      ).toBe("signer.profile");
  });

  test.each(["root-ca", "issuing-ca", "ocsp-responder"] as const)(
    "makes no rules of the kind %s count",
    async (kind) => {
      expect(await refusal({ slug, rules: { ...allowed, kind } })).toBe("signer.profile");
    },
  );

  test("signs no leaf under a version that says it is Chancery's own", async () => {
    expect(await refusal({ slug, system: true })).toBe("signer.own-form");
  });
});

/** The octets of a DER length, as hex. */
const lengthOf = (hex: string): string => (hex.length / 2).toString(16).padStart(2, "0");
