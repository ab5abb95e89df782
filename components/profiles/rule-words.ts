import type {
  ExtendedKeyUsage,
  GeneralNameType,
  KeyUsageBit,
  SubjectKeyAlgorithm,
} from "@/lib/pki/types";

type Choice<T> = Readonly<{ value: T; label: string; hint?: string }>;

export const keyAlgorithmChoices: readonly Choice<SubjectKeyAlgorithm>[] = [
  { value: "ecdsa-p256", label: "ECDSA P-256", hint: "Small and fast; understood everywhere." },
  { value: "ecdsa-p384", label: "ECDSA P-384" },
  { value: "ed25519", label: "Ed25519", hint: "Not in every TLS library yet." },
  { value: "rsa-2048", label: "RSA 2048", hint: "For old clients only." },
  { value: "rsa-3072", label: "RSA 3072" },
  { value: "rsa-4096", label: "RSA 4096" },
];

export const keyUsageChoices: readonly Choice<Exclude<KeyUsageBit, "keyCertSign" | "cRLSign">>[] = [
  {
    value: "digitalSignature",
    label: "digitalSignature",
    hint: "Signs in a handshake; what TLS needs.",
  },
  { value: "nonRepudiation", label: "nonRepudiation", hint: "Signs documents." },
  { value: "keyEncipherment", label: "keyEncipherment", hint: "RSA key exchange of TLS 1.2." },
  { value: "dataEncipherment", label: "dataEncipherment" },
  { value: "keyAgreement", label: "keyAgreement" },
  { value: "encipherOnly", label: "encipherOnly" },
  { value: "decipherOnly", label: "decipherOnly" },
];

export const extendedKeyUsageChoices: readonly Choice<Exclude<ExtendedKeyUsage, "ocspSigning">>[] =
  [
    { value: "serverAuth", label: "serverAuth", hint: "Presents itself as a TLS server." },
    { value: "clientAuth", label: "clientAuth", hint: "Presents itself as a TLS client." },
    { value: "codeSigning", label: "codeSigning" },
    { value: "emailProtection", label: "emailProtection" },
    { value: "timeStamping", label: "timeStamping" },
  ];

export const nameTypeChoices: readonly Choice<GeneralNameType>[] = [
  { value: "dns", label: "DNS name" },
  { value: "ip", label: "IP address" },
  { value: "email", label: "Mailbox" },
  { value: "uri", label: "URI", hint: "Such as spiffe://example.com/payments." },
];

export const commonNameChoices = [
  { value: "required", label: "Required", hint: "Every certificate has one." },
  { value: "optional", label: "Optional", hint: "What the request says." },
  { value: "forbidden", label: "Forbidden", hint: "The subjectAltNames stand for it." },
] as const;

/** The word for a value of one of the lists above. */
export function wordOf(choices: readonly Choice<string>[], value: string): string {
  return choices.find((choice) => choice.value === value)?.label ?? value;
}
