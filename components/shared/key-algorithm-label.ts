const labels: Readonly<Record<string, string>> = {
  "ecdsa-p256": "ECDSA P-256",
  "ecdsa-p384": "ECDSA P-384",
  ed25519: "Ed25519",
  "rsa-2048": "RSA 2048",
  "rsa-3072": "RSA 3072",
  "rsa-4096": "RSA 4096",
};

/** The display name of a key algorithm; other values unchanged. */
export function keyAlgorithmLabel(value: string): string {
  return labels[value] ?? value;
}
