/** The kinds of key pair that can be made where the key is used, the usual one first. */
export const keyKinds = ["p-256", "p-384", "rsa-3072", "ed25519"] as const;
export type KeyKind = (typeof keyKinds)[number];

export const keyKindLabels: Readonly<Record<KeyKind, string>> = {
  "p-256": "ECDSA P-256",
  "p-384": "ECDSA P-384",
  "rsa-3072": "RSA 3072",
  ed25519: "Ed25519",
};

/** Their algorithms, as profiles and the API name them. */
export const newKeyAlgorithms = ["ecdsa-p256", "ecdsa-p384", "rsa-3072", "ed25519"] as const;
export type NewKeyAlgorithm = (typeof newKeyAlgorithms)[number];

/** The algorithm by which a profile allows the kind. */
export const algorithmOfKind: Readonly<Record<KeyKind, NewKeyAlgorithm>> = {
  "p-256": "ecdsa-p256",
  "p-384": "ecdsa-p384",
  "rsa-3072": "rsa-3072",
  ed25519: "ed25519",
};

export const kindOfAlgorithm: Readonly<Record<NewKeyAlgorithm, KeyKind>> = {
  "ecdsa-p256": "p-256",
  "ecdsa-p384": "p-384",
  "rsa-3072": "rsa-3072",
  ed25519: "ed25519",
};
