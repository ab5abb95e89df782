import type { AuthorityKeyAlgorithm } from "@/lib/pki/types";

type Choice = Readonly<{ value: AuthorityKeyAlgorithm; label: string; hint: string }>;

/** The key algorithms of a CA, the recommended one first. */
export const keyAlgorithmChoices: readonly Choice[] = [
  {
    value: "ecdsa-p256",
    label: "ECDSA P-256",
    hint: "Small, fast and widely supported. Use it unless you need another one.",
  },
  {
    value: "ecdsa-p384",
    label: "ECDSA P-384",
    hint: "For policies that require 192-bit security.",
  },
  { value: "rsa-3072", label: "RSA 3072", hint: "For clients that only support RSA." },
  { value: "rsa-4096", label: "RSA 4096", hint: "Like RSA 3072, but slower and larger." },
  { value: "ed25519", label: "Ed25519", hint: "Modern, but browsers don't accept it yet." },
];
