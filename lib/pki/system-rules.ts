import type { ProfileRules } from "./types";

const hour = 3600;
const day = 24 * hour;
const year = 365 * day;
const authorityKeys = ["ecdsa-p256", "ecdsa-p384", "rsa-3072", "rsa-4096", "ed25519"] as const;
/** Every kind of key that a certificate can have. */
export const anyKey = [...authorityKeys, "rsa-2048"] as const;
/** Without Ed25519, which browsers and many TLS stacks do not support. */
const tlsKeys = ["ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "rsa-4096"] as const;

export const noNames: ProfileRules["san"] = {
  types: [],
  min: 0,
  max: 0,
  dnsPatterns: [],
  wildcards: false,
  ipRanges: [],
  emailDomains: [],
  uriPrefixes: [],
};
export const ownCommonName = {
  commonName: "required",
  commonNameFrom: "san-or-identity",
  fixed: [],
} as const;

/**
 * Of server certificates. An RSA key also enciphers, or NSS refuses it; keys that can't don't get
 * that usage.
 */
export const serverKeyUsage = ["digitalSignature", "keyEncipherment"] as const;

/** What the profiles that Chancery comes with have in common. */
export const baseRules: ProfileRules = {
  kind: "leaf",
  identityKinds: [],
  selfService: false,
  names: [],
  keyAlgorithms: tlsKeys,
  validitySecondsDefault: 90 * day,
  validitySecondsMax: 397 * day,
  backdateSeconds: 60,
  keyUsage: ["digitalSignature"],
  extendedKeyUsage: [],
  subject: { commonName: "optional", commonNameFrom: "san", fixed: [] },
  san: noNames,
  noRevAvail: false,
  pathLength: null,
  rotationOverlapSeconds: day,
};

const rootCa: ProfileRules = {
  ...baseRules,
  kind: "root-ca",
  keyAlgorithms: authorityKeys,
  validitySecondsDefault: 20 * year,
  validitySecondsMax: 41 * year,
  backdateSeconds: 300,
  keyUsage: ["keyCertSign", "cRLSign"],
  subject: ownCommonName,
  rotationOverlapSeconds: 0,
};

/** Of CAs whose keys clients have. The permission that each is signed under limits it further. */
const intermediateCa: ProfileRules = {
  ...rootCa,
  kind: "issuing-ca",
  validitySecondsDefault: day,
  validitySecondsMax: 366 * day,
  backdateSeconds: 60,
  pathLength: 0,
  san: { ...noNames, types: ["uri"], min: 1, max: 1 },
};

const ocspResponder: ProfileRules = {
  ...baseRules,
  kind: "ocsp-responder",
  validitySecondsDefault: 7 * day,
  validitySecondsMax: 7 * day,
  backdateSeconds: 300,
  extendedKeyUsage: ["ocspSigning"],
  subject: ownCommonName,
};

const consoleTls: ProfileRules = {
  ...baseRules,
  validitySecondsDefault: 30 * day,
  validitySecondsMax: 30 * day,
  backdateSeconds: 300,
  extendedKeyUsage: ["serverAuth"],
  san: { ...noNames, types: ["dns", "ip"], min: 1, max: 50 },
};

/**
 * The rules of Chancery's own certificates, by the slug of their profile. The signer evaluates such
 * a certificate by these and not by what a database says (decision 20).
 */
export const systemRules = {
  "root-ca": rootCa,
  "issuing-ca": { ...rootCa, kind: "issuing-ca", validitySecondsDefault: 10 * year, pathLength: 0 },
  "intermediate-ca": intermediateCa,
  "ocsp-responder": ocspResponder,
  "console-tls": consoleTls,
} as const satisfies Readonly<Record<string, ProfileRules>>;
export type SystemProfile = keyof typeof systemRules;
