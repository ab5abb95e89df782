import type { KeyKind } from "./key-kinds";

/** Of WebCrypto: what a browser offers on pages over HTTPS, and Node.js everywhere. */
type Subtle = Pick<SubtleCrypto, "generateKey" | "exportKey" | "sign">;

const parameters: Readonly<
  Record<KeyKind, EcKeyGenParams | RsaHashedKeyGenParams | Readonly<{ name: "Ed25519" }>>
> = {
  "p-256": { name: "ECDSA", namedCurve: "P-256" },
  "p-384": { name: "ECDSA", namedCurve: "P-384" },
  "rsa-3072": {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 3072,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: "SHA-256",
  },
  ed25519: { name: "Ed25519" },
};

/** A key pair whose private key can be exported, and no more than that leaves this memory. */
export type NewKey = Readonly<{ kind: KeyKind; pair: CryptoKeyPair }>;

/** Makes a key pair. Rejects with what WebCrypto rejects with, if it doesn't know the kind. */
export async function makeKey(subtle: Subtle, kind: KeyKind): Promise<NewKey> {
  const pair = await subtle.generateKey(parameters[kind], true, ["sign", "verify"]);
  return { kind, pair: pair as CryptoKeyPair };
}

/** Whether WebCrypto here makes Ed25519 keys; it always makes the other kinds. */
export async function hasEd25519(subtle: Subtle): Promise<boolean> {
  try {
    await subtle.generateKey(parameters.ed25519, false, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}

/** The private key as PKCS#8 in DER. */
export async function exportPkcs8(subtle: Subtle, { pair }: NewKey): Promise<Uint8Array> {
  return new Uint8Array(await subtle.exportKey("pkcs8", pair.privateKey));
}
