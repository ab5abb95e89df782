import type { ProfileRules } from "@/lib/pki/types";

export type DefaultProfile = Readonly<{
  slug: string;
  name: string;
  description: string;
  system: boolean;
  rules: ProfileRules;
}>;

const hour = 3600,
  day = 24 * hour,
  year = 365 * day;
const authorityKeys = ["ecdsa-p256", "ecdsa-p384", "rsa-3072", "rsa-4096", "ed25519"] as const;
const allKeys = [...authorityKeys, "rsa-2048"] as const;
/** Ed25519 is left out where browsers and many TLS stacks do not know it. */
const tlsKeys = ["ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "rsa-4096"] as const;
const anyAddress = ["0.0.0.0/0", "::/0"];
/** RFC 1918, RFC 4193, loopback, link-local. */
const innerAddresses = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "fc00::/7",
  "::1/128",
  "fe80::/10",
];

const noNames: ProfileRules["san"] = {
  types: [],
  min: 0,
  max: 0,
  dnsPatterns: [],
  wildcards: false,
  ipRanges: [],
  emailDomains: [],
  uriPrefixes: [],
};
const leaf: ProfileRules = {
  kind: "leaf",
  keyAlgorithms: tlsKeys,
  validitySecondsDefault: 90 * day,
  validitySecondsMax: 397 * day,
  backdateSeconds: 60,
  keyUsage: ["digitalSignature"],
  extendedKeyUsage: [],
  subject: { commonName: "optional", commonNameInSan: true, fixed: [] },
  san: noNames,
  noRevAvail: false,
  pathLength: null,
  rotationOverlapSeconds: day,
};

/** The profiles of Chancery's own certificates. Nobody chooses or edits them. */
export function systemProfiles(): readonly DefaultProfile[] {
  const authority: ProfileRules = {
    ...leaf,
    kind: "root-ca",
    keyAlgorithms: authorityKeys,
    validitySecondsDefault: 20 * year,
    validitySecondsMax: 41 * year,
    backdateSeconds: 300,
    keyUsage: ["keyCertSign", "cRLSign"],
    subject: { commonName: "required", commonNameInSan: false, fixed: [] },
    rotationOverlapSeconds: 0,
  };
  return [
    {
      slug: "root-ca",
      name: "Root authority",
      description: "Certificates of roots, signed by themselves.",
      system: true,
      rules: authority,
    },
    {
      slug: "issuing-ca",
      name: "Issuing authority",
      description: "Certificates of authorities below a root.",
      system: true,
      rules: { ...authority, kind: "issuing-ca", validitySecondsDefault: 10 * year, pathLength: 0 },
    },
    {
      slug: "ocsp-responder",
      name: "OCSP responder",
      description: "Short-lived certificates of Chancery's own OCSP responders.",
      system: true,
      rules: {
        ...leaf,
        kind: "ocsp-responder",
        validitySecondsDefault: 7 * day,
        validitySecondsMax: 7 * day,
        backdateSeconds: 300,
        extendedKeyUsage: ["ocspSigning"],
        subject: { commonName: "required", commonNameInSan: false, fixed: [] },
      },
    },
    {
      slug: "console-tls",
      name: "Chancery's own HTTPS",
      description: "The certificate that the console and the API show.",
      system: true,
      rules: {
        ...leaf,
        validitySecondsDefault: 30 * day,
        validitySecondsMax: 30 * day,
        backdateSeconds: 300,
        extendedKeyUsage: ["serverAuth"],
        san: {
          ...noNames,
          types: ["dns", "ip"],
          min: 1,
          max: 50,
          dnsPatterns: ["*"],
          ipRanges: anyAddress,
        },
      },
    },
  ];
}

/** The profiles that people start with. `dnsPatterns` bounds the names of the TLS ones; addresses are those of inner networks. */
export function leafProfiles(dnsPatterns: readonly string[]): readonly DefaultProfile[] {
  const hosts: ProfileRules["san"] = {
    ...noNames,
    types: ["dns", "ip"],
    min: 1,
    max: 50,
    dnsPatterns,
    wildcards: true,
    ipRanges: innerAddresses,
  };
  const named = { commonName: "required", commonNameInSan: false, fixed: [] } as const;
  return [
    {
      slug: "tls-server",
      name: "TLS server",
      description: "For a server that others connect to: web, API, database.",
      system: false,
      rules: { ...leaf, extendedKeyUsage: ["serverAuth"], san: hosts },
    },
    {
      slug: "tls-client-service",
      name: "TLS client, service",
      description: "For a service that signs in to others over mutual TLS.",
      system: false,
      rules: {
        ...leaf,
        keyAlgorithms: allKeys,
        extendedKeyUsage: ["clientAuth"],
        validitySecondsDefault: 30 * day,
        validitySecondsMax: 90 * day,
        subject: named,
        san: { ...hosts, types: ["dns", "uri"], min: 0, wildcards: false, uriPrefixes: ["*"] },
      },
    },
    {
      slug: "tls-client-person",
      name: "TLS client, person",
      description: "For a person who signs in with a certificate; carries a mailbox.",
      system: false,
      rules: {
        ...leaf,
        extendedKeyUsage: ["clientAuth"],
        validitySecondsDefault: year,
        validitySecondsMax: 397 * day,
        subject: named,
        san: { ...noNames, types: ["email"], max: 5, emailDomains: ["*"] },
      },
    },
    {
      slug: "device",
      name: "Device",
      description:
        "For a machine that lives long and is seldom touched: a printer, a gateway, a sensor.",
      system: false,
      rules: {
        ...leaf,
        keyAlgorithms: allKeys,
        extendedKeyUsage: ["clientAuth", "serverAuth"],
        validitySecondsDefault: year,
        validitySecondsMax: 825 * day,
        subject: named,
        san: { ...hosts, min: 0, wildcards: false },
        rotationOverlapSeconds: 7 * day,
      },
    },
    {
      slug: "short-lived",
      name: "Short-lived",
      description: "For hours, renewed by itself; has no revocation addresses (RFC 9608).",
      system: false,
      rules: {
        ...leaf,
        keyAlgorithms: allKeys,
        extendedKeyUsage: ["serverAuth", "clientAuth"],
        validitySecondsDefault: 8 * hour,
        validitySecondsMax: day,
        san: { ...hosts, types: ["dns", "ip", "uri"], uriPrefixes: ["*"] },
        noRevAvail: true,
        rotationOverlapSeconds: hour,
      },
    },
  ];
}
