import { AppError, isAppError } from "@/lib/errors/app-error";
import { tags } from "./der";
import {
  enter,
  leave,
  malformed,
  readDer,
  takeBitOctets,
  takeInteger,
  takeOid,
  takeRaw,
} from "./der-reader";
import { nameOfOid, otherOids } from "./oids";

/**
 * A SubjectPublicKeyInfo taken apart. `keyBits` are the octets of the BIT STRING, what key
 * identifiers are made of.
 */
export type Spki = Readonly<{ keyBits: Uint8Array }> &
  (
    | Readonly<{ kind: "rsa"; modulus: Uint8Array; exponent: Uint8Array }>
    | Readonly<{ kind: "ec"; curve: string; point: Uint8Array }>
    | Readonly<{ kind: "ed25519"; point: Uint8Array }>
    | Readonly<{ kind: "other"; algorithm: string }>
  );

/** Takes a SubjectPublicKeyInfo apart, strictly. Throws AppError `key.malformed`. */
export function readSpki(der: Uint8Array): Spki {
  try {
    return readStrictly(der);
  } catch (error) {
    if (!isAppError(error)) throw error;
    throw new AppError(
      "key.malformed",
      `The public key cannot be read. ${error.message} Make a new key pair.`,
      { cause: error },
    );
  }
}

function readStrictly(der: Uint8Array): Spki {
  const reader = readDer(der);
  const end = enter(reader, tags.sequence, "a public key");
  const algorithmEnd = enter(reader, tags.sequence, "the algorithm of the key");
  const algorithm = takeOid(reader, "the algorithm of the key");
  const parameters =
    reader.position < algorithmEnd ? takeRaw(reader, "the parameters of the key") : null;
  leave(reader, algorithmEnd, "the algorithm of the key");
  const keyBits = takeBitOctets(reader, "the key's bits");
  leave(reader, end, "a public key");
  if (end !== der.length) throw malformed("something follows after the key", reader);
  if (algorithm === otherOids.rsaEncryption) return readRsa(keyBits, parameters);
  if (algorithm === otherOids.ecPublicKey) return readEc(keyBits, parameters);
  if (algorithm !== otherOids.ed25519)
    return { kind: "other", algorithm: nameOfOid(algorithm), keyBits };
  if (parameters !== null)
    throw malformed("an Ed25519 key has no parameters (RFC 8410 §3)", reader);
  return { kind: "ed25519", point: keyBits, keyBits };
}

function readRsa(keyBits: Uint8Array, parameters: Uint8Array | null): Spki {
  const reader = readDer(keyBits);
  if (parameters?.length !== 2 || parameters[0] !== tags.null)
    throw malformed("the parameters of an RSA key are NULL (RFC 3279 §2.3.1)", reader);
  const end = enter(reader, tags.sequence, "an RSA key");
  const modulus = takePositive(takeInteger(reader, "the modulus"));
  const exponent = takePositive(takeInteger(reader, "the public exponent"));
  leave(reader, end, "an RSA key");
  if (end !== keyBits.length) throw malformed("something follows after the RSA key", reader);
  return { kind: "rsa", modulus, exponent, keyBits };
}

/** The magnitude of a shortest-form INTEGER content that is above zero. */
function takePositive(content: Uint8Array): Uint8Array {
  if (content[0]! >= 0x80 || (content.length === 1 && content[0] === 0))
    throw malformed("an RSA number is not positive", { position: 0 });
  return content[0] === 0 ? content.subarray(1) : content;
}

function readEc(keyBits: Uint8Array, parameters: Uint8Array | null): Spki {
  if (parameters === null || parameters[0] !== tags.oid)
    throw malformed("an EC key names its curve by an object identifier (RFC 5480 §2.1.1)", {
      position: 0,
    });
  return { kind: "ec", curve: takeOid(readDer(parameters), "the curve"), point: keyBits, keyBits };
}
