import type { AuthorityKeyAlgorithm } from "@/lib/pki/types";

type Choice = Readonly<{ value: AuthorityKeyAlgorithm; label: string; hint: string }>;

/** The keys that an authority can have, the one to take without a reason first. */
export const algorithmChoices: readonly Choice[] = [
  {
    value: "ecdsa-p256",
    label: "ECDSA P-256",
    hint: "Small, fast, understood everywhere. Take it unless something asks for another.",
  },
  { value: "ecdsa-p384", label: "ECDSA P-384", hint: "Where a policy asks for 192-bit security." },
  { value: "rsa-3072", label: "RSA 3072", hint: "For clients that know RSA only." },
  { value: "rsa-4096", label: "RSA 4096", hint: "The same, slower and larger." },
  { value: "ed25519", label: "Ed25519", hint: "Modern; browsers do not accept it yet." },
];

/** The name of an algorithm for people. */
export function algorithmWord(value: string): string {
  return algorithmChoices.find((choice) => choice.value === value)?.label ?? value;
}
