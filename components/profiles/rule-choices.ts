import type {
  ExtendedKeyUsage,
  GeneralNameType,
  IdentityKind,
  KeyUsageBit,
  SubjectKeyAlgorithm,
} from "@/lib/pki/types";

type Choice<T> = Readonly<{ value: T; label: string; hint?: string }>;

export const keyAlgorithmChoices: readonly Choice<SubjectKeyAlgorithm>[] = [
  { value: "ecdsa-p256", label: "ECDSA P-256", hint: "Small, fast and widely supported." },
  { value: "ecdsa-p384", label: "ECDSA P-384" },
  { value: "ed25519", label: "Ed25519", hint: "Not supported by every TLS library." },
  { value: "rsa-2048", label: "RSA 2048", hint: "For old clients only." },
  { value: "rsa-3072", label: "RSA 3072" },
  { value: "rsa-4096", label: "RSA 4096" },
];

export const keyUsageChoices: readonly Choice<Exclude<KeyUsageBit, "keyCertSign" | "cRLSign">>[] = [
  {
    value: "digitalSignature",
    label: "digitalSignature",
    hint: "Signs TLS handshakes. Required for TLS.",
  },
  { value: "nonRepudiation", label: "nonRepudiation", hint: "Signs documents." },
  { value: "keyEncipherment", label: "keyEncipherment", hint: "RSA key exchange in TLS 1.2." },
  { value: "dataEncipherment", label: "dataEncipherment" },
  { value: "keyAgreement", label: "keyAgreement" },
  { value: "encipherOnly", label: "encipherOnly" },
  { value: "decipherOnly", label: "decipherOnly" },
];

export const extendedKeyUsageChoices: readonly Choice<Exclude<ExtendedKeyUsage, "ocspSigning">>[] =
  [
    { value: "serverAuth", label: "serverAuth", hint: "Authenticates a TLS server." },
    { value: "clientAuth", label: "clientAuth", hint: "Authenticates a TLS client." },
    { value: "codeSigning", label: "codeSigning" },
    { value: "emailProtection", label: "emailProtection" },
    { value: "timeStamping", label: "timeStamping" },
  ];

export const nameTypeChoices: readonly Choice<GeneralNameType>[] = [
  { value: "dns", label: "DNS name" },
  { value: "ip", label: "IP address" },
  { value: "email", label: "Email address" },
  { value: "uri", label: "URI", hint: "For example spiffe://example.com/payments." },
];

export const commonNameChoices = [
  { value: "required", label: "Required", hint: "Every certificate has one." },
  { value: "optional", label: "Optional", hint: "Taken from the CSR if it has one." },
  { value: "forbidden", label: "Forbidden", hint: "The subjectAltNames identify the certificate." },
] as const;

export const commonNameFromChoices = [
  {
    value: "san",
    label: "One of the subjectAltNames",
    hint: "What TLS clients check (RFC 9525).",
  },
  {
    value: "san-or-identity",
    label: "A subjectAltName or the identity's name",
    hint: "For clients that are recognized by their common name. It can't look like a hostname, address, email address or URI.",
  },
] as const;

export const identityKindChoices: readonly Choice<IdentityKind>[] = [
  { value: "service", label: "Services" },
  { value: "device", label: "Devices" },
  { value: "person", label: "People" },
];

/** The label of a value in one of the lists above. */
export function labelOf(choices: readonly Choice<string>[], value: string): string {
  return choices.find((choice) => choice.value === value)?.label ?? value;
}
