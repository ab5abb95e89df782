import type { ProfileRules } from "@/lib/pki/types";

const day = 86_400;

/** The initial rules of a new profile: a TLS server certificate for 90 days. */
export const defaultRules: ProfileRules = {
  kind: "leaf",
  identityKinds: ["service"],
  selfService: false,
  names: [],
  keyAlgorithms: ["ecdsa-p256", "ecdsa-p384", "rsa-3072", "rsa-4096"],
  validitySecondsDefault: 90 * day,
  validitySecondsMax: 397 * day,
  backdateSeconds: 60,
  keyUsage: ["digitalSignature"],
  extendedKeyUsage: ["serverAuth"],
  subject: { commonName: "optional", commonNameFrom: "san", fixed: [] },
  san: {
    types: ["dns"],
    min: 1,
    max: 100,
    dnsPatterns: [],
    wildcards: false,
    ipRanges: [],
    emailDomains: [],
    uriPrefixes: [],
  },
  noRevAvail: false,
  pathLength: null,
  rotationOverlapSeconds: 7 * day,
};
