import { nullValue, oid, sequence } from "./der";
import type { SignatureAlgorithm } from "./types";

const ecdsaSha256 = sequence(oid("1.2.840.10045.4.3.2"));
const ecdsaSha384 = sequence(oid("1.2.840.10045.4.3.3"));
const rsaSha256 = sequence(oid("1.2.840.113549.1.1.11"), nullValue());
const ed25519 = sequence(oid("1.3.101.112"));

/**
 * AlgorithmIdentifier elements: parameters NULL for RSA (RFC 4055), absent for ECDSA (RFC 5758) and
 * EdDSA (RFC 8410).
 */
const identifiers: Readonly<Record<SignatureAlgorithm, Uint8Array>> = {
  "ecdsa-sha256": ecdsaSha256,
  "ecdsa-sha384": ecdsaSha384,
  "rsa-sha256": rsaSha256,
  ed25519,
};

/** The AlgorithmIdentifier of a signature. Shared: do not write to it. */
export function encodeSignatureAlgorithm(algorithm: SignatureAlgorithm): Uint8Array {
  return identifiers[algorithm];
}

/**
 * How to verify a signature made elsewhere: the hash as node:crypto names it (null for EdDSA) and
 * the kind of key.
 */
export type VerificationAlgorithm = Readonly<{
  text: string;
  hash: string | null;
  key: "ec" | "rsa" | "ed25519";
  isWeak: boolean;
}>;

const algorithmByDer: Readonly<Record<string, VerificationAlgorithm>> = {
  "300a06082a8648ce3d040302": { text: "ecdsa-sha256", hash: "sha256", key: "ec", isWeak: false },
  "300a06082a8648ce3d040303": { text: "ecdsa-sha384", hash: "sha384", key: "ec", isWeak: false },
  "300a06082a8648ce3d040304": { text: "ecdsa-sha512", hash: "sha512", key: "ec", isWeak: false },
  "300906072a8648ce3d0401": { text: "ecdsa-sha1", hash: "sha1", key: "ec", isWeak: true },
  "300d06092a864886f70d0101040500": { text: "rsa-md5", hash: "md5", key: "rsa", isWeak: true },
  "300d06092a864886f70d0101050500": { text: "rsa-sha1", hash: "sha1", key: "rsa", isWeak: true },
  "300d06092a864886f70d01010b0500": {
    text: "rsa-sha256",
    hash: "sha256",
    key: "rsa",
    isWeak: false,
  },
  "300d06092a864886f70d01010c0500": {
    text: "rsa-sha384",
    hash: "sha384",
    key: "rsa",
    isWeak: false,
  },
  "300d06092a864886f70d01010d0500": {
    text: "rsa-sha512",
    hash: "sha512",
    key: "rsa",
    isWeak: false,
  },
  "300506032b6570": { text: "ed25519", hash: null, key: "ed25519", isWeak: false },
};

/**
 * The algorithm of an AlgorithmIdentifier, in exactly the form that its RFC asks for; null if it is
 * none of those known here.
 */
export function readSignatureAlgorithm(identifier: Uint8Array): VerificationAlgorithm | null {
  return (
    algorithmByDer[
      Buffer.from(identifier.buffer, identifier.byteOffset, identifier.length).toString("hex")
    ] ?? null
  );
}

/**
 * The algorithm of a signature on a CSR. For RSA, absent parameters are accepted as well as NULL
 * (RFC 4055 §5).
 */
export function readRequestAlgorithm(identifier: Uint8Array): VerificationAlgorithm | null {
  const found = readSignatureAlgorithm(identifier);
  if (found !== null || !isRsaWithoutParameters(identifier)) return found;
  return readSignatureAlgorithm(sequence(identifier.subarray(2), nullValue()));
}

/** 30 0B 06 09 and an OID of the arc pkcs-1, with nothing after it. */
const isRsaWithoutParameters = (identifier: Uint8Array): boolean =>
  identifier.length === 13 &&
  Buffer.from(identifier.subarray(0, 12)).toString("hex") === "300b06092a864886f70d0101";

const signingAlgorithms: readonly string[] = Object.keys(identifiers);

/** The same, limited to the algorithms that Chancery's CAs sign with. */
export function readSigningAlgorithm(identifier: Uint8Array): SignatureAlgorithm | null {
  const text = readSignatureAlgorithm(identifier)?.text;
  return text !== undefined && signingAlgorithms.includes(text)
    ? (text as SignatureAlgorithm)
    : null;
}
