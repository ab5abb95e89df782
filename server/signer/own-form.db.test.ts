import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "@/lib/format/ids";
import { sha256Hex } from "@/lib/format/hash";
import { dayMs } from "@/lib/format/time-units";
import { findSystemIdentity } from "@/lib/identities/read-identities";
import { profileVersionText } from "@/lib/log/pure/profile-version";
import {
  basicConstraintsExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  subjectAltNameExtension,
} from "@/lib/pki/extensions";
import { encodeName } from "@/lib/pki/names";
import { extensionOids } from "@/lib/pki/oids";
import { systemRules } from "@/lib/pki/system-rules";
import type { ProfileRules } from "@/lib/pki/types";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import {
  changeAsApplication,
  forgePlan,
  withExtensions,
  type Forgery,
  type TbsParts,
} from "@/testing/ca/forge-plan";
import { refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";

// With the application's database role and the signer at hand, someone tries to have certificates
// signed that only Chancery itself has: of responders, for its HTTPS, of CAs.
let harness: Harness, deps: Deps, service: string, responder: string, https: string;

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  service = await createTestIdentity(deps, "payments", ["pay.example.com"]);
  responder = (await findSystemIdentity(deps, "Chancery OCSP responder"))?.id ?? "";
  https = (await findSystemIdentity(deps, "Chancery HTTPS"))?.id ?? "";
});
afterAll(() => harness.close());

const sign = async (forgery: Forgery): Promise<Uint8Array> =>
  deps.signer.signCertificate(await forgePlan(deps, forgery));
const refusalFor = async (forgery: Forgery): Promise<string> =>
  (await refusalOf(sign(forgery))).code;
const changing =
  (change: Readonly<Record<string, Uint8Array | null>>) =>
  (parts: TbsParts): Partial<TbsParts> =>
    withExtensions(parts, change);
const { keyUsage, extKeyUsage, basicConstraints, subjectAltName } = extensionOids;
const days = (count: number): Date =>
  new Date(Math.floor(deps.clock.now().getTime() / 1000) * 1000 + count * dayMs);

/** Saves other rules for one of Chancery's own profiles, as the application's role can. */
async function rewriteProfile(slug: string, change: Partial<ProfileRules>): Promise<void> {
  const profile = await findProfile(deps, slug);
  if (!profile) throw new Error(`there is no profile ${slug}`);
  const { id, version, system, authorityId, storedRules } = profile;
  const next = {
    profileId: id,
    version: version + 1,
    slug,
    system,
    authorityId,
    rules: { ...storedRules, ...change },
  };
  const entryId = newId("ent", deps.clock.now(), deps.random.bytes);
  const versionSha256 = sha256Hex(profileVersionText(next));
  const rules = JSON.stringify(next.rules);
  await changeAsApplication(
    deps,
    [
      {
        id: entryId,
        action: "profile.updated",
        outcome: "success",
        target: { kind: "profile", id, label: slug },
        details: { version: next.version, rulesSha256: "", versionSha256, changes: {} },
      },
    ],
    ["update profile set version = $2, rules = $3::jsonb where id = $1", id, next.version, rules],
    [
      `insert into profile_version (profile_id, version, slug, system, authority_id, rules, digest, entry_id, created_at)
       values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, now())`,
      id,
      next.version,
      slug,
      system,
      authorityId,
      rules,
      versionSha256,
      entryId,
    ],
  );
}

describe("a certificate of an OCSP responder is signed in its one form", () => {
  const forged = (): Forgery => ({
    identity: responder,
    profile: "ocsp-responder",
    commonName: "OCSP responder of issuing",
  });

  test("and in this form it is", async () => {
    expect((await sign(forged())).length).toBeGreaterThan(300);
  });

  test.each<[string, Partial<Forgery> | (() => Partial<Forgery>)]>([
    ["for ten years", () => ({ change: () => ({ notAfter: days(3650) }) })],
    ["without nocheck", { change: changing({ [extensionOids.ocspNoCheck]: null }) }],
    [
      "with the purpose of servers",
      {
        change: changing({
          [extKeyUsage]: extendedKeyUsageExtension(["ocspSigning", "serverAuth"]),
        }),
      },
    ],
    [
      "with the purpose of servers alone",
      { change: changing({ [extKeyUsage]: extendedKeyUsageExtension(["serverAuth"]) }) },
    ],
    [
      "with a name of a host",
      {
        change: changing({
          [subjectAltName]: subjectAltNameExtension([{ type: "dns", value: "localhost" }], false),
        }),
      },
    ],
    [
      "with the right to sign certificates",
      {
        change: changing({
          [keyUsage]: keyUsageExtension(["digitalSignature", "keyCertSign"]),
          [basicConstraints]: basicConstraintsExtension(true, null),
        }),
      },
    ],
    ["with the name of another", { commonName: "vault.example.com" }],
    ["of another CA", { commonName: "OCSP responder of root" }],
  ])("and not %s", async (_what, change) => {
    const more = typeof change === "function" ? change() : change;
    expect(await refusalFor({ ...forged(), ...more })).toBe("signer.own-form");
  });

  test("and not for a service", async () => {
    expect(await refusalFor({ ...forged(), identity: service })).toBe("signer.own-form");
  });

  test("and not for longer because its profile was rewritten", async () => {
    const rules = { validitySecondsMax: 3650 * 86_400, validitySecondsDefault: 3650 * 86_400 };
    await rewriteProfile("ocsp-responder", rules);
    expect(await refusalFor(forged())).toBe("signer.own-form");
    expect(
      (await sign({ ...forged(), rules: systemRules["ocsp-responder"] })).length,
    ).toBeGreaterThan(300);
  });
});

describe("a certificate for Chancery's HTTPS is signed in its one form", () => {
  const names = [
    { type: "dns", value: "localhost" },
    { type: "ip", value: "127.0.0.1" },
    { type: "dns", value: "ca.example.com" },
  ] as const;
  const san = { ...systemRules["console-tls"].san, dnsPatterns: ["*"], ipRanges: ["0.0.0.0/0"] };
  const forged = (): Forgery => ({
    identity: https,
    profile: "console-tls",
    names,
    rules: { san },
  });

  test("and in this form it is", async () => {
    expect((await sign(forged())).length).toBeGreaterThan(300);
  });

  test.each<[string, Partial<Forgery> | (() => Partial<Forgery>)]>([
    ["for a host that isn't Chancery's", { names: [{ type: "dns", value: "vault.example.com" }] }],
    ["for an address that isn't Chancery's", { names: [{ type: "ip", value: "10.0.0.1" }] }],
    ["for a wildcard", { names: [...names, { type: "dns", value: "*.example.com" }] }],
    [
      "with the purpose of clients",
      {
        change: changing({
          [extKeyUsage]: extendedKeyUsageExtension(["serverAuth", "clientAuth"]),
        }),
      },
    ],
    ["for three months", () => ({ change: () => ({ notAfter: days(90) }) })],
    [
      "with another subject",
      { change: () => ({ subjectDer: encodeName([{ type: "CN", value: "vault.example.com" }]) }) },
    ],
  ])("and not %s", async (_what, change) => {
    const more = typeof change === "function" ? change() : change;
    expect(await refusalFor({ ...forged(), ...more })).toBe("signer.own-form");
  });

  test("and not for a service", async () => {
    expect(await refusalFor({ ...forged(), identity: service })).toBe("signer.own-form");
  });
});

test("no profile becomes Chancery's own by what its row says", async () => {
  const { authorityId, storedRules } = (await findProfile(deps, "tls-server")) ?? {};
  const id = newId("prf", deps.clock.now(), deps.random.bytes);
  const entryId = newId("ent", deps.clock.now(), deps.random.bytes);
  const slug = "root-ca-2";
  const rules = storedRules ?? {};
  const version = { profileId: id, version: 1, slug, system: true, authorityId: null, rules };
  const versionSha256 = sha256Hex(profileVersionText(version));
  await changeAsApplication(
    deps,
    [
      {
        id: entryId,
        action: "profile.created",
        outcome: "success",
        target: { kind: "profile", id, label: slug },
        details: { slug, version: 1, rulesSha256: "", versionSha256 },
      },
    ],
    [
      `insert into profile (id, slug, name, description, system, status, version, rules, authority_id, created_at, changed_at)
       values ($1, $2, '', '', true, 'active', 1, $3::jsonb, $4, now(), now())`,
      id,
      slug,
      JSON.stringify(rules),
      authorityId,
    ],
    [
      `insert into profile_version (profile_id, version, slug, system, authority_id, rules, digest, entry_id, created_at)
       values ($1, 1, $2, true, null, $3::jsonb, $4, $5, now())`,
      id,
      slug,
      JSON.stringify(rules),
      versionSha256,
      entryId,
    ],
  );
  const forged = {
    identity: service,
    names: [{ type: "dns", value: "pay.example.com" }],
    row: { profileId: id, profileVersion: 1 },
  } as const;
  expect(await refusalFor(forged)).toBe("signer.own-form");
});

describe("the certificate of a CA stays within the CA above it", () => {
  const authority = async (): Promise<string> =>
    (await findSystemIdentity(deps, "Authority issuing"))?.id ?? "";
  const forged = async (): Promise<Forgery> => ({
    identity: await authority(),
    profile: "issuing-ca",
    issuer: "root",
    commonName: "Example Second CA",
  });

  test.each<[string, string, Partial<Forgery> | (() => Partial<Forgery>)]>([
    [
      "beyond the end of the root",
      "signer.lifetime",
      () => ({ change: () => ({ notAfter: days(365 * 45) }) }),
    ],
    ["from next month on", "signer.lifetime", () => ({ change: () => ({ notBefore: days(30) }) })],
    [
      "with the purpose of servers",
      "signer.lint",
      { change: changing({ [extKeyUsage]: extendedKeyUsageExtension(["serverAuth"]) }) },
    ],
    [
      "that isn't a CA",
      "signer.lint",
      { change: changing({ [basicConstraints]: basicConstraintsExtension(false, null) }) },
    ],
    [
      "without keyCertSign",
      "signer.lint",
      { change: changing({ [keyUsage]: keyUsageExtension(["cRLSign"]) }) },
    ],
    [
      "with a name of a host",
      "signer.lint",
      {
        change: changing({
          [subjectAltName]: subjectAltNameExtension(
            [{ type: "dns", value: "a.example.com" }],
            false,
          ),
        }),
      },
    ],
  ])("and is not signed %s", async (_what, code, change) => {
    const more = typeof change === "function" ? change() : change;
    expect(await refusalFor({ ...(await forged()), ...more })).toBe(code);
  });

  test("and is not signed below a CA that can have no CA below it", async () => {
    const unbounded = { issuer: "issuing", rules: { kind: "issuing-ca" } } as const;
    const leaf = { ...unbounded, profile: "issuing-ca", identity: await authority() };
    const below = await forgeBelow(leaf);
    expect((await refusalOf(deps.signer.signCertificate(below))).code).toBe(
      "signer.ca-constraints",
    );
  });

  test("and is not signed for a service, or under a profile of services", async () => {
    expect(await refusalFor({ ...(await forged()), identity: service })).toBe("signer.own-form");
    const asLeaf = { ...(await forged()), identity: service, profile: "tls-server" };
    expect(await refusalFor({ ...asLeaf, rules: systemRules["issuing-ca"] })).toBe(
      "signer.profile",
    );
  });

  /** The planner refuses a CA below the issuing CA, so the bytes are made of parts. */
  async function forgeBelow(forgery: Forgery): Promise<string> {
    return forgePlan(deps, {
      ...forgery,
      profile: "console-tls",
      identity: forgery.identity,
      names: [{ type: "dns", value: "localhost" }],
      rules: { san: { ...systemRules["console-tls"].san, dnsPatterns: ["localhost"] } },
      change: (parts) => ({
        subjectDer: encodeName([{ type: "CN", value: "Example Third CA" }]),
        ...withExtensions(parts, {
          [subjectAltName]: null,
          [extKeyUsage]: null,
          [keyUsage]: keyUsageExtension(["keyCertSign", "cRLSign"]),
          [basicConstraints]: basicConstraintsExtension(true, null),
        }),
      }),
      row: { profileId: (await findProfile(deps, "issuing-ca"))?.id ?? "", profileVersion: 1 },
    });
  }
});
