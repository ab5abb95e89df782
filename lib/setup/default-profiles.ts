import {
  anyKey,
  baseRules,
  noNames,
  ownCommonName,
  serverKeyUsage,
  systemRules,
} from "@/lib/pki/system-rules";
import type { ProfileRules } from "@/lib/pki/types";

export type DefaultProfile = Readonly<{
  slug: string;
  name: string;
  description: string;
  system: boolean;
  rules: ProfileRules;
}>;

const hour = 3600;
const day = 24 * hour;
const year = 365 * day;
/** RFC 1918, RFC 4193. Not loopback and link-local: every host has these. */
const privateAddresses = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

/** The profiles of Chancery's own certificates. They can't be chosen or edited. */
export const systemProfiles: readonly DefaultProfile[] = [
  {
    slug: "root-ca",
    name: "Root CA",
    description: "Self-signed certificates of root CAs.",
    system: true,
    rules: systemRules["root-ca"],
  },
  {
    slug: "issuing-ca",
    name: "Issuing CA",
    description: "Certificates of the CAs below a root.",
    system: true,
    rules: systemRules["issuing-ca"],
  },
  {
    slug: "ocsp-responder",
    name: "OCSP responder",
    description: "Short-lived certificates of Chancery's own OCSP responders.",
    system: true,
    rules: systemRules["ocsp-responder"],
  },
  {
    slug: "console-tls",
    name: "Chancery HTTPS",
    description:
      "The certificate of the console and the API, for the names that Chancery is configured with.",
    system: true,
    rules: systemRules["console-tls"],
  },
];

/** The names of an organization, by its domains; addresses are those of private networks. */
const namesOf = (domains: readonly string[]): ProfileRules["san"] => ({
  ...noNames,
  min: 1,
  max: 50,
  dnsPatterns: domains.flatMap((domain) => [domain, `**.${domain}`]),
  wildcards: true,
  ipRanges: privateAddresses,
  emailDomains: domains,
  uriPrefixes: domains.map((domain) => `spiffe://${domain}/`),
});

/** Rules for the types of name that a profile is for; those of others stay empty. */
function only(
  types: ProfileRules["san"]["types"],
  names: ProfileRules["san"],
): ProfileRules["san"] {
  return {
    ...names,
    types,
    dnsPatterns: types.includes("dns") ? names.dnsPatterns : [],
    wildcards: types.includes("dns") && names.wildcards,
    ipRanges: types.includes("ip") ? names.ipRanges : [],
    emailDomains: types.includes("email") ? names.emailDomains : [],
    uriPrefixes: types.includes("uri") ? names.uriPrefixes : [],
  };
}

/**
 * The profiles that people start with, limited to names of the organization's domains and to
 * addresses of private networks.
 */
export function leafProfiles(domains: readonly string[]): readonly DefaultProfile[] {
  const names = namesOf(domains);
  return [
    {
      slug: "tls-server",
      name: "TLS server",
      description: "For servers that clients connect to: web, API, database.",
      system: false,
      rules: {
        ...baseRules,
        identityKinds: ["service", "device"],
        selfService: true,
        keyUsage: serverKeyUsage,
        extendedKeyUsage: ["serverAuth"],
        san: only(["dns", "ip"], names),
      },
    },
    ...clientProfiles(names),
    deviceProfile(names),
    shortLivedProfile(names),
  ];
}

const clientProfiles = (names: ProfileRules["san"]): readonly DefaultProfile[] => [
  {
    slug: "tls-client-service",
    name: "TLS client (service)",
    description: "For services that authenticate to other services with mutual TLS.",
    system: false,
    rules: {
      ...baseRules,
      identityKinds: ["service"],
      selfService: true,
      keyAlgorithms: anyKey,
      extendedKeyUsage: ["clientAuth"],
      validitySecondsDefault: 30 * day,
      validitySecondsMax: 90 * day,
      subject: ownCommonName,
      san: { ...only(["dns", "uri"], names), min: 0, wildcards: false },
    },
  },
  {
    slug: "tls-client-person",
    name: "TLS client (person)",
    description: "For people who sign in with a certificate. Can contain email addresses.",
    system: false,
    rules: {
      ...baseRules,
      identityKinds: ["person"],
      extendedKeyUsage: ["clientAuth"],
      validitySecondsDefault: year,
      validitySecondsMax: 397 * day,
      subject: ownCommonName,
      san: { ...only(["email"], names), min: 0, max: 5 },
    },
  },
];

const deviceProfile = (names: ProfileRules["san"]): DefaultProfile => ({
  slug: "device",
  name: "Device",
  description: "For long-lived devices that are rarely updated: printers, gateways, sensors.",
  system: false,
  rules: {
    ...baseRules,
    identityKinds: ["device"],
    keyAlgorithms: anyKey,
    keyUsage: serverKeyUsage,
    extendedKeyUsage: ["clientAuth", "serverAuth"],
    validitySecondsDefault: year,
    validitySecondsMax: 825 * day,
    subject: ownCommonName,
    san: { ...only(["dns", "ip"], names), min: 0, wildcards: false },
    rotationOverlapSeconds: 7 * day,
  },
});

const shortLivedProfile = (names: ProfileRules["san"]): DefaultProfile => ({
  slug: "short-lived",
  name: "Short-lived",
  description:
    "Valid for hours and renewed automatically. Without revocation information (RFC 9608).",
  system: false,
  rules: {
    ...baseRules,
    identityKinds: ["service", "device"],
    keyAlgorithms: anyKey,
    keyUsage: serverKeyUsage,
    extendedKeyUsage: ["serverAuth", "clientAuth"],
    validitySecondsDefault: 8 * hour,
    validitySecondsMax: day,
    san: only(["dns", "ip", "uri"], names),
    noRevAvail: true,
    rotationOverlapSeconds: hour,
  },
});
