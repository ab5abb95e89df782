import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { issuerFactsOf } from "@/lib/pki/issuer";
import { planAuthority } from "@/lib/pki/plan";
import { signPlan } from "@/lib/pki/sign";
import type {
  AuthorityKeyAlgorithm,
  IssuerFacts,
  ProfileRules,
  SignatureAlgorithm,
  Signer,
  StatusUrls,
  SubjectKeyAlgorithm,
} from "@/lib/pki/types";

// What the tests of this folder share: keys that live as long as a test, an authority per
// algorithm, profiles to change.

export type TestKey = Readonly<{ privateKey: KeyObject; spkiDer: Uint8Array; signer: Signer }>;

const signatureOf: Readonly<Record<SubjectKeyAlgorithm, SignatureAlgorithm>> = {
  "ecdsa-p256": "ecdsa-sha256",
  "ecdsa-p384": "ecdsa-sha384",
  "rsa-2048": "rsa-sha256",
  "rsa-3072": "rsa-sha256",
  "rsa-4096": "rsa-sha256",
  ed25519: "ed25519",
};
const hashes: Readonly<Record<SignatureAlgorithm, string | null>> = {
  "ecdsa-sha256": "sha256",
  "ecdsa-sha384": "sha384",
  "rsa-sha256": "sha256",
  ed25519: null,
};

function generate(algorithm: SubjectKeyAlgorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm === "ed25519") return generateKeyPairSync("ed25519");
  if (algorithm.startsWith("ecdsa"))
    return generateKeyPairSync("ec", {
      namedCurve: algorithm === "ecdsa-p256" ? "P-256" : "P-384",
    });
  return generateKeyPairSync("rsa", { modulusLength: Number(algorithm.slice(4)) });
}

export function makeTestKey(algorithm: SubjectKeyAlgorithm): TestKey {
  const { privateKey, publicKey } = generate(algorithm);
  const spkiDer = Uint8Array.from(publicKey.export({ type: "spki", format: "der" }));
  const signatureAlgorithm = signatureOf[algorithm];
  const signer: Signer = {
    signatureAlgorithm,
    spkiDer,
    sign: (bytes) =>
      Promise.resolve(Uint8Array.from(sign(hashes[signatureAlgorithm], bytes, privateKey))),
  };
  return { privateKey, spkiDer, signer };
}

const allKeys: readonly SubjectKeyAlgorithm[] = [
  "ecdsa-p256",
  "ecdsa-p384",
  "rsa-2048",
  "rsa-3072",
  "rsa-4096",
  "ed25519",
];
const day = 86_400;

/** A profile for a TLS server below example.com; the tests change single fields. */
export const serverRules: ProfileRules = {
  kind: "leaf",
  identityKinds: ["service", "device"],
  selfService: true,
  names: [],
  keyAlgorithms: allKeys,
  validitySecondsDefault: 30 * day,
  validitySecondsMax: 90 * day,
  backdateSeconds: 60,
  keyUsage: ["digitalSignature", "keyEncipherment"],
  extendedKeyUsage: ["serverAuth"],
  subject: { commonName: "optional", commonNameFrom: "san", fixed: [] },
  san: {
    types: ["dns", "ip", "email", "uri"],
    min: 1,
    max: 10,
    dnsPatterns: ["**.example.com", "example.com"],
    wildcards: true,
    ipRanges: ["10.0.0.0/8", "2001:db8::/32"],
    emailDomains: ["example.com"],
    uriPrefixes: ["spiffe://example.com/"],
  },
  noRevAvail: false,
  pathLength: null,
  rotationOverlapSeconds: 0,
};

const authorityNames = { ...serverRules.san, types: [], min: 0, max: 0 } as const;
export const rootRules: ProfileRules = {
  ...serverRules,
  kind: "root-ca",
  keyUsage: ["keyCertSign", "cRLSign"],
  extendedKeyUsage: [],
  validitySecondsDefault: 3650 * day,
  validitySecondsMax: 20_000 * day,
  subject: { commonName: "required", commonNameFrom: "san-or-identity", fixed: [] },
  san: authorityNames,
  pathLength: null,
};
export const issuingRules: ProfileRules = { ...rootRules, kind: "issuing-ca", pathLength: 0 };
export const responderRules: ProfileRules = {
  ...serverRules,
  kind: "ocsp-responder",
  keyUsage: ["digitalSignature"],
  extendedKeyUsage: ["ocspSigning"],
  validitySecondsDefault: 7 * day,
  validitySecondsMax: 7 * day,
  subject: { commonName: "required", commonNameFrom: "san-or-identity", fixed: [] },
  san: authorityNames,
};

export const urls: StatusUrls = {
  crl: "http://ca.example.com/crl/issuing.crl",
  ocsp: "http://ca.example.com/ocsp",
  caIssuers: "http://ca.example.com/ca/issuing.cer",
};
export const now = new Date("2026-11-23T10:00:00.789Z");

export function serialOf(number: number): Uint8Array {
  const serial = new Uint8Array(16).fill(0x5a);
  serial.set([0x10, number >> 16, (number >> 8) & 0xff, number & 0xff]);
  return serial;
}

export type TestAuthority = Readonly<{
  key: TestKey;
  der: Uint8Array;
  facts: IssuerFacts;
  root: Readonly<{ key: TestKey; der: Uint8Array; facts: IssuerFacts }>;
}>;

/** A root and an issuing authority, both with keys of one algorithm. */
export async function makeTestAuthority(
  algorithm: AuthorityKeyAlgorithm,
  at = now,
  validitySeconds = 3650 * day,
): Promise<TestAuthority> {
  const rootKey = makeTestKey(algorithm);
  const rootDer = await certify(rootKey, null, rootKey, "Example Root", at, validitySeconds, 1);
  const key = makeTestKey(algorithm);
  const root = { key: rootKey, der: rootDer, facts: issuerFactsOf(rootDer) };
  const der = await certify(
    key,
    root.facts,
    rootKey,
    "Example Issuing",
    at,
    validitySeconds - day,
    2,
  );
  return { key, der, facts: issuerFactsOf(der), root };
}

async function certify(
  key: TestKey,
  issuer: IssuerFacts | null,
  by: TestKey,
  name: string,
  at: Date,
  validitySeconds: number,
  serial: number,
): Promise<Uint8Array> {
  const { plan, findings } = planAuthority({
    rules: issuer === null ? rootRules : issuingRules,
    subject: [
      { type: "C", value: "DE" },
      { type: "O", value: "Exämple" },
      { type: "CN", value: name },
    ],
    spkiDer: key.spkiDer,
    issuer,
    signatureAlgorithm: by.signer.signatureAlgorithm,
    serial: serialOf(serial),
    now: at,
    validitySeconds,
    urls,
  });
  if (plan === null) throw new Error(JSON.stringify(findings));
  return signPlan(plan, by.signer);
}
