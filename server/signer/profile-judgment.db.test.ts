import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { dayMs } from "@/lib/format/time-units";
import { boolean, contextTag, integer, nullValue, sequence, utf8String } from "@/lib/pki/der";
import {
  basicConstraintsExtension,
  encodeExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  noRevAvailExtension,
  ocspNoCheckExtension,
  statusExtensions,
  subjectAltNameExtension,
} from "@/lib/pki/extensions";
import { encodeName } from "@/lib/pki/names";
import { extensionOids } from "@/lib/pki/oids";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { forgePlan, withExtensions, type Forgery, type TbsParts } from "@/testing/ca/forge-plan";
import { refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { makeTestKey } from "@/testing/pki/authorities";

// With the application's database role and the signer at hand, someone tries to have signed what no
// profile allows. They write plans and entries of their own making; the use cases are not asked.
let harness: Harness, deps: Deps, service: string;
const names = [{ type: "dns", value: "pay.example.com" }] as const;

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  service = await createTestIdentity(deps, "payments", ["pay.example.com"]);
});
afterAll(() => harness.close());

const refusalFor = async (forgery: Partial<Forgery>): Promise<string> => {
  const id = await forgePlan(deps, { identity: service, names, ...forgery });
  return (await refusalOf(deps.signer.signCertificate(id))).code;
};
const changing =
  (change: Readonly<Record<string, Uint8Array | null>>) =>
  (parts: TbsParts): Partial<TbsParts> =>
    withExtensions(parts, change);
const { keyUsage, extKeyUsage, basicConstraints, subjectAltName } = extensionOids;
const days = (count: number, from: Date = deps.clock.now()): Date =>
  new Date(Math.floor(from.getTime() / 1000) * 1000 + count * dayMs);

test("a plan that the use cases didn't make is signed if it is exactly what its profile produces", async () => {
  const id = await forgePlan(deps, { identity: service, names });
  expect((await deps.signer.signCertificate(id)).length).toBeGreaterThan(300);
});

describe("no certificate gets more than its profile gives", () => {
  const anyPurpose = encodeExtension(
    extKeyUsage,
    false,
    sequence(Uint8Array.from([0x06, 0x04, 0x55, 0x1d, 0x25, 0x00])),
  );
  const elsewhere = statusExtensions({
    crl: "http://evil.example.com/a.crl",
    ocsp: "http://evil.example.com/ocsp",
    caIssuers: "http://evil.example.com/a.cer",
  });
  const custom = "1.3.6.1.4.1.99999.1";
  const ways: readonly (readonly [string, string, (parts: TbsParts) => Partial<TbsParts>])[] = [
    [
      "the right to be a CA",
      "signer.profile",
      changing({ [basicConstraints]: basicConstraintsExtension(true, null) }),
    ],
    [
      "the right to be a CA with keyCertSign",
      "signer.profile",
      changing({
        [basicConstraints]: basicConstraintsExtension(true, 0),
        [keyUsage]: keyUsageExtension(["keyCertSign", "cRLSign"]),
      }),
    ],
    [
      "the right to sign CRLs",
      "signer.profile",
      changing({ [keyUsage]: keyUsageExtension(["digitalSignature", "cRLSign"]) }),
    ],
    [
      "another key usage",
      "signer.lint",
      changing({ [keyUsage]: keyUsageExtension(["digitalSignature", "nonRepudiation"]) }),
    ],
    ["no key usage", "signer.lint", changing({ [keyUsage]: null })],
    [
      "the purpose of clients in a profile for servers",
      "signer.lint",
      changing({ [extKeyUsage]: extendedKeyUsageExtension(["serverAuth", "clientAuth"]) }),
    ],
    ["any purpose", "signer.lint", changing({ [extKeyUsage]: anyPurpose })],
    ["no purpose, which is any", "signer.lint", changing({ [extKeyUsage]: null })],
    [
      "the purpose of OCSP responders",
      "signer.profile",
      changing({ [extKeyUsage]: extendedKeyUsageExtension(["ocspSigning"]) }),
    ],
    [
      "trust without a look at its status",
      "signer.lint",
      changing({ [extensionOids.ocspNoCheck]: ocspNoCheckExtension() }),
    ],
    [
      "a promise that there is no revocation",
      "signer.lint",
      changing({
        [extensionOids.noRevAvail]: noRevAvailExtension(),
        [extensionOids.cRLDistributionPoints]: null,
      }),
    ],
    [
      "the address of another CRL",
      "signer.profile",
      changing({ [extensionOids.cRLDistributionPoints]: elsewhere[0]! }),
    ],
    [
      "the address of another OCSP responder",
      "signer.profile",
      changing({ [extensionOids.authorityInfoAccess]: elsewhere[1]! }),
    ],
    [
      "no address of a CRL",
      "signer.profile",
      changing({ [extensionOids.cRLDistributionPoints]: null }),
    ],
    [
      "an extension that no rule mentions",
      "signer.profile",
      changing({ [custom]: encodeExtension(custom, false, nullValue()) }),
    ],
    [
      "a critical extension that no rule mentions",
      "signer.lint",
      changing({ [custom]: encodeExtension(custom, true, boolean(true)) }),
    ],
    [
      "name constraints",
      "signer.ca-constraints",
      changing({
        [extensionOids.nameConstraints]: encodeExtension(
          extensionOids.nameConstraints,
          true,
          sequence(contextTag(0, sequence(contextTag(2, new Uint8Array())), true)),
        ),
      }),
    ],
    [
      "an organization in its subject",
      "signer.lint",
      () => ({
        subjectDer: encodeName([
          { type: "O", value: "Example" },
          { type: "CN", value: "pay.example.com" },
        ]),
      }),
    ],
    [
      "two common names",
      "signer.profile",
      () => ({
        subjectDer: encodeName([
          { type: "CN", value: "pay.example.com" },
          { type: "CN", value: "vault.example.com" },
        ]),
      }),
    ],
    [
      "a common name that is none of its names",
      "signer.profile",
      () => ({ subjectDer: encodeName([{ type: "CN", value: "vault.example.com" }]) }),
    ],
    [
      "a mailbox in its subject",
      "signer.lint",
      () => ({ subjectDer: encodeName([{ type: "emailAddress", value: "root@example.com" }]) }),
    ],
    [
      "a user principal name",
      "signer.lint",
      changing({
        [subjectAltName]: encodeExtension(
          subjectAltName,
          true,
          sequence(
            contextTag(
              0,
              Buffer.concat([
                Buffer.from("060a2b060104018237140203", "hex"),
                contextTag(0, utf8String("admin@example.com"), true),
              ]),
              true,
            ),
          ),
        ),
      }),
    ],
    [
      "a directory name",
      "signer.lint",
      changing({
        [subjectAltName]: encodeExtension(
          subjectAltName,
          true,
          sequence(contextTag(4, encodeName([{ type: "CN", value: "admin" }]), true)),
        ),
      }),
    ],
    [
      "a name outside its profile",
      "signer.profile",
      changing({
        [subjectAltName]: subjectAltNameExtension(
          [{ type: "dns", value: "evil.example.net" }],
          true,
        ),
      }),
    ],
    [
      "a name of a type that its profile doesn't have",
      "signer.profile",
      changing({
        [subjectAltName]: subjectAltNameExtension(
          [{ type: "uri", value: "spiffe://example.com/admin" }],
          true,
        ),
      }),
    ],
    [
      "a name that isn't canonical",
      "signer.profile",
      changing({
        [subjectAltName]: subjectAltNameExtension([{ type: "ip", value: "::ffff:10.0.0.1" }], true),
      }),
    ],
    [
      "the same name twice",
      "signer.profile",
      changing({ [subjectAltName]: subjectAltNameExtension([...names, ...names], true) }),
    ],
    ["no name", "signer.profile", changing({ [subjectAltName]: null })],
    [
      "a subjectAltName that is not critical though its subject is empty",
      "signer.lint",
      changing({ [subjectAltName]: subjectAltNameExtension(names, false) }),
    ],
    [
      "another issuer's key identifier",
      "signer.lint",
      changing({
        [extensionOids.authorityKeyIdentifier]: encodeExtension(
          extensionOids.authorityKeyIdentifier,
          false,
          sequence(contextTag(0, new Uint8Array(20))),
        ),
      }),
    ],
  ];
  test.each(ways)("not %s", async (_what, code, change) => {
    expect(await refusalFor({ change })).toBe(code);
  });

  test("not a key of an algorithm that it doesn't allow", async () => {
    const rules = { keyAlgorithms: ["ed25519"] } as const;
    const { spkiDer } = makeTestKey("ed25519");
    expect(await refusalFor({ spkiDer, rules })).toBe("signer.profile");
  });

  test("not another serial number than that of its row", async () => {
    const serial = Uint8Array.of(1, ...deps.random.bytes(15));
    expect(await refusalFor({ row: { serial } })).toBe("signer.plan-differs");
  });

  test("not bytes after the certificate, or bytes that are no certificate", async () => {
    const trailing = (tbs: Uint8Array) => Uint8Array.from([...tbs, 0]);
    expect(await refusalFor({ bytes: trailing })).toBe("signer.lint");
    expect(await refusalFor({ bytes: () => sequence(integer(1)) })).toBe("signer.lint");
  });

  test("not a profile for another kind of identity", async () => {
    expect(
      await refusalFor({ profile: "tls-client-person", names: [], commonName: "payments" }),
    ).toBe("signer.profile");
  });

  test("not a CA that its profile doesn't issue from", async () => {
    expect(await refusalFor({ issuer: "root" })).toBe("signer.profile");
  });

  test("not under a profile other than the one in its entry", async () => {
    const other = await findProfile(deps, "device");
    for (const recorded of [
      { profileId: other?.id ?? "" },
      { profileVersion: 2 },
      { identityId: await createTestIdentity(deps) },
    ])
      expect(await refusalFor({ recorded })).toBe("signer.plan-differs");
  });
});

describe("no certificate is valid earlier, later or longer than the signer's clock allows", () => {
  test.each<[string, (parts: TbsParts) => Partial<TbsParts>]>([
    ["from the day before yesterday", () => ({ notBefore: days(-2) })],
    ["from tomorrow", () => ({ notBefore: days(1), notAfter: days(3) })],
    ["for longer than its profile allows", () => ({ notAfter: days(500) })],
    ["beyond its issuer", () => ({ notAfter: days(365 * 30) })],
    ["until before it begins", ({ notBefore }) => ({ notAfter: days(-1, notBefore) })],
  ])("not %s", async (_when, change) => {
    expect(await refusalFor({ change })).toBe("signer.lifetime");
  });

  test("not with times of milliseconds or of a local clock", async () => {
    const spoil = (tbs: Uint8Array) => {
      const at = Buffer.from(tbs).indexOf("Z", Buffer.from(tbs).indexOf(Buffer.from([0x17, 0x0d])));
      return Uint8Array.from(tbs, (octet, index) => (index === at ? 0x41 : octet));
    };
    expect(await refusalFor({ bytes: spoil })).toBe("signer.lint");
  });

  test("not hours after it was planned", async () => {
    const id = await forgePlan(deps, { identity: service, names });
    harness.advance(2 * 3_600_000);
    expect((await refusalOf(deps.signer.signCertificate(id))).code).toBe("signer.lifetime");
    harness.advance(-2 * 3_600_000);
  });
});

test("nothing is signed under a CA whose certificate in the database the signer didn't make", async () => {
  const issuing = await getAuthority(deps, adminActor(), "issuing");
  const forged = await forgePlan(deps, { identity: service, names });
  await harness.asSuper("alter table authority disable trigger all");
  await harness.asSuper(
    "update authority set certificate_der = set_byte(certificate_der, octet_length(certificate_der) - 1, get_byte(certificate_der, octet_length(certificate_der) - 1) # 1) where id = $1",
    [issuing.id],
  );
  expect((await refusalOf(deps.signer.signCertificate(forged))).code).toBe("signer.issuer");
  await harness.asSuper(
    "update authority set certificate_der = set_byte(certificate_der, octet_length(certificate_der) - 1, get_byte(certificate_der, octet_length(certificate_der) - 1) # 1) where id = $1",
    [issuing.id],
  );
  await harness.asSuper("alter table authority enable trigger all");
  await harness.asSuper("alter table authority enable always trigger needs_entry");
});
