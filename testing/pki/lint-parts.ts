import { createECDH, createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { explicitTag, integer, octetString, sequence, tags, tlv } from "@/lib/pki/der";
import { time } from "@/lib/pki/der-time";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  noRevAvailExtension,
  ocspNoCheckExtension,
  statusExtensions,
  subjectAltNameExtension,
  subjectKeyIdentifierExtension,
} from "@/lib/pki/extensions";
import { issuerFactsOf } from "@/lib/pki/issuer";
import { subjectKeyIdentifier } from "@/lib/pki/keys";
import { encodeName } from "@/lib/pki/names";
import { assembleSigned } from "@/lib/pki/sign";
import { issuingRules, responderRules, serverRules, urls } from "./authorities";
import type { IssuerFacts, ProfileRules } from "@/lib/pki/types";

// The parts of a certificate that the lint fixtures change one at a time. Everything is
// deterministic: keys come from public phrases
// and protect nothing, times are fixed, Ed25519 signs without randomness.

const seedOf = (phrase: string): Buffer =>
  createHash("sha256").update(`chancery lint fixture: ${phrase}`).digest();

function publicPointOf(phrase: string): Uint8Array {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(seedOf(phrase));
  return Uint8Array.from(ecdh.getPublicKey());
}

const p256Head = Uint8Array.from(
  Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex"),
);
export const leafSpki: Uint8Array = Uint8Array.from([...p256Head, ...publicPointOf("leaf")]);
export const otherSpki: Uint8Array = Uint8Array.from([...p256Head, ...publicPointOf("other")]);

const issuerKey = createPrivateKey({
  format: "der",
  type: "pkcs8",
  key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seedOf("issuer")]),
});
const issuerSpki = Uint8Array.from(
  createPublicKey(issuerKey).export({ type: "spki", format: "der" }),
);
export const issuerName: Uint8Array = encodeName([
  { type: "O", value: "Example" },
  { type: "CN", value: "Example Fixture CA" },
]);

/** Element by element; an extension that is null is left out. */
export type Parts = Readonly<{
  version: Uint8Array | null;
  serial: Uint8Array;
  algorithm: Uint8Array;
  issuer: Uint8Array;
  validity: Uint8Array;
  subject: Uint8Array;
  spki: Uint8Array;
  unique: Uint8Array;
  extensions: Readonly<Record<string, Uint8Array | null>>;
  /** Instead of all of the above: the whole [3], or nothing. */
  rawExtensions: Uint8Array | undefined;
}>;
export type Change = Partial<Omit<Parts, "extensions">> &
  Readonly<{ extensions?: Readonly<Record<string, Uint8Array | null>> }>;

export const validityOf = (from: string, to: string): Uint8Array =>
  sequence(time(new Date(from)), time(new Date(to)));
export const utcTime = (text: string): Uint8Array => tlv(tags.utcTime, Buffer.from(text));
export const generalized = (text: string): Uint8Array =>
  tlv(tags.generalizedTime, Buffer.from(text));

const [distribution, access] = statusExtensions(urls) as [Uint8Array, Uint8Array];
const issuerIdentifier = subjectKeyIdentifier(issuerSpki);

const leaf: Parts = {
  version: explicitTag(0, integer(2)),
  serial: integer(Uint8Array.from(Buffer.from("1f2e3d4c5b6a798897a6b5c4d3e2f101", "hex"))),
  algorithm: encodeSignatureAlgorithm("ed25519"),
  issuer: issuerName,
  validity: validityOf("2026-11-23T10:00:00Z", "2026-12-23T09:59:59Z"),
  subject: encodeName([{ type: "CN", value: "pay.example.com" }]),
  spki: leafSpki,
  unique: new Uint8Array(0),
  extensions: {
    aki: authorityKeyIdentifierExtension(issuerIdentifier),
    ski: subjectKeyIdentifierExtension(subjectKeyIdentifier(leafSpki)),
    keyUsage: keyUsageExtension(["digitalSignature"]),
    extendedKeyUsage: extendedKeyUsageExtension(["serverAuth"]),
    basicConstraints: basicConstraintsExtension(false, null),
    san: subjectAltNameExtension([{ type: "dns", value: "pay.example.com" }], false),
    distribution,
    access,
  },
  rawExtensions: undefined,
};
const authority: Parts = {
  ...leaf,
  validity: validityOf("2026-11-23T10:00:00Z", "2030-11-23T09:59:59Z"),
  subject: encodeName([{ type: "CN", value: "Example Issuing" }]),
  extensions: {
    ...leaf.extensions,
    keyUsage: keyUsageExtension(["keyCertSign", "cRLSign"]),
    extendedKeyUsage: null,
    basicConstraints: basicConstraintsExtension(true, 0),
    san: null,
  },
};
const responder: Parts = {
  ...leaf,
  validity: validityOf("2026-11-23T10:00:00Z", "2026-11-30T09:59:59Z"),
  subject: encodeName([{ type: "CN", value: "Example OCSP" }]),
  extensions: {
    ...leaf.extensions,
    extendedKeyUsage: extendedKeyUsageExtension(["ocspSigning"]),
    san: null,
    distribution: null,
    access: null,
    noCheck: ocspNoCheckExtension(),
  },
};
const shortLived: Parts = {
  ...leaf,
  extensions: {
    ...leaf.extensions,
    distribution: null,
    access: null,
    noRevAvail: noRevAvailExtension(),
  },
};

export type FixtureKind = "leaf" | "authority" | "responder" | "shortLived" | "constrained";
const bases: Readonly<Record<FixtureKind, Parts>> = {
  leaf,
  authority,
  responder,
  shortLived,
  constrained: leaf,
};

/** The TBSCertificate of a kind with some parts changed. */
export function buildFixture(kind: FixtureKind, change: Change): Uint8Array {
  const base = bases[kind];
  const parts = { ...base, ...change, extensions: { ...base.extensions, ...change.extensions } };
  const extensions = Object.values(parts.extensions).filter((extension) => extension !== null);
  return sequence(
    parts.version ?? new Uint8Array(0),
    parts.serial,
    parts.algorithm,
    parts.issuer,
    parts.validity,
    parts.subject,
    parts.spki,
    parts.unique,
    parts.rawExtensions ?? explicitTag(3, sequence(...extensions)),
  );
}

function issuerDer(constraints: Uint8Array | null): Uint8Array {
  const tbs = buildFixture("authority", {
    subject: issuerName,
    spki: issuerSpki,
    validity: validityOf("2026-01-01T00:00:00Z", "2035-12-31T23:59:59Z"),
    extensions: {
      ski: subjectKeyIdentifierExtension(issuerIdentifier),
      basicConstraints: basicConstraintsExtension(true, 1),
      distribution: null,
      access: null,
      constraints,
    },
  });
  return assembleSigned(tbs, "ed25519", Uint8Array.from(sign(null, tbs, issuerKey)));
}

/** nameConstraints that permit nothing but example.com. */
export const permittedExample: Uint8Array = sequence(
  explicitTag(0, sequence(tlv(0x82, Buffer.from("example.com")))),
);
const constraintsExtension = sequence(
  Uint8Array.of(6, 3, 0x55, 0x1d, 0x1e),
  Uint8Array.of(1, 1, 0xff),
  octetString(permittedExample),
);

/** What the fixtures of a kind are linted against. */
export function fixtureContext(kind: FixtureKind): { issuer: IssuerFacts; rules: ProfileRules } {
  const rules = {
    leaf: serverRules,
    authority: issuingRules,
    responder: responderRules,
    shortLived: { ...serverRules, noRevAvail: true },
    constrained: serverRules,
  }[kind];
  return {
    issuer: issuerFactsOf(issuerDer(kind === "constrained" ? constraintsExtension : null)),
    rules,
  };
}
