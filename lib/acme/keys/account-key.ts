import { createHash, createPublicKey } from "node:crypto";
import { calculateJwkThumbprint, flattenedVerify, importJWK, type JWK } from "jose";
import { AppError } from "@/lib/errors/app-error";
import {
  malformed,
  signatureAlgorithms,
  type ParsedBinding,
  type ParsedJws,
} from "@/lib/acme/parse-jws";
import type { AccountKey } from "@/lib/acme/types";

/** The members that make each type of key, as RFC 7638 hashes them; everything else is dropped. */
const membersOf: Readonly<Record<string, readonly string[]>> = {
  EC: ["crv", "kty", "x", "y"],
  OKP: ["crv", "kty", "x"],
  RSA: ["e", "kty", "n"],
};
const curves: ReadonlySet<string> = new Set(["P-256", "P-384", "P-521", "Ed25519"]);
const minRsaBits = 2048;
const maxRsaBits = 8192;

const badKey = (detail: string): AppError => new AppError("acme.bad-public-key", detail);

/**
 * The public key of a JWK, reduced to the members that make it, so that two spellings of one key
 * have one thumbprint (RFC 7638). Errors: `acme.bad-public-key`.
 */
export async function readAccountKey(jwk: Readonly<Record<string, unknown>>): Promise<AccountKey> {
  if ("d" in jwk || "k" in jwk)
    throw badKey("The JWK contains a private or symmetric key. Send the public key alone.");
  const members = membersOf[String(jwk["kty"])];
  if (members === undefined) throw badKey("The key's type must be EC, OKP or RSA.");
  const reduced: Record<string, string> = {};
  for (const name of members) {
    const value = jwk[name];
    if (typeof value !== "string") throw badKey(`The JWK has no member ${name}.`);
    reduced[name] = value;
  }
  if (reduced["crv"] !== undefined && !curves.has(reduced["crv"]))
    throw badKey("The key's curve must be P-256, P-384, P-521 or Ed25519.");
  checkStrength(reduced);
  return { jwk: reduced, thumbprint: await calculateJwkThumbprint(reduced as JWK, "sha256") };
}

/** Also finds what is no point of its curve, and spellings of a key that another spelling has. */
function checkStrength(jwk: Readonly<Record<string, string>>): void {
  let key: ReturnType<typeof createPublicKey>;
  try {
    key = createPublicKey({ key: jwk as JWK, format: "jwk" } as never);
  } catch {
    throw badKey("The JWK is not a valid public key.");
  }
  const canonical = key.export({ format: "jwk" }) as Record<string, unknown>;
  if (Object.entries(jwk).some(([name, value]) => canonical[name] !== value))
    throw badKey("The JWK is not in its canonical form: use base64url without padding.");
  if (key.asymmetricKeyType !== "rsa") return;
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < minRsaBits || modulusLength > maxRsaBits)
    throw badKey(`An RSA key must have ${minRsaBits} to ${maxRsaBits} bits.`);
  if (publicExponent < 65_537n || publicExponent % 2n === 0n)
    throw badKey("The RSA key's exponent must be odd and at least 65537.");
}

/**
 * Verifies a JWS with this key; the algorithm must be one of `signatureAlgorithms` and fit the key.
 * Errors: `acme.bad-signature-algorithm`, `acme.malformed` for a wrong signature.
 */
export async function verifyJws({ jws, alg }: ParsedJws, accountKey: AccountKey): Promise<void> {
  if (!signatureAlgorithms.some((allowed) => allowed === alg) || !fits(alg, accountKey.jwk))
    throw new AppError(
      "acme.bad-signature-algorithm",
      `The signature algorithm ${alg.slice(0, 32)} is not supported for this key. Use ${signatureAlgorithms.join(", ")}.`,
      { details: { algorithms: [...signatureAlgorithms] } },
    );
  try {
    await flattenedVerify(jws, await importKey(accountKey, alg), { algorithms: [alg] });
  } catch (cause) {
    throw new AppError("acme.malformed", "The signature of the JWS is not valid for this key.", {
      cause,
    });
  }
}

const importedKeys = new WeakMap<AccountKey, ReturnType<typeof importJWK>>();

/** Once for each key that is kept: only one algorithm fits it. */
function importKey(key: AccountKey, alg: string): ReturnType<typeof importJWK> {
  const imported = importedKeys.get(key) ?? importJWK(key.jwk as JWK, alg);
  importedKeys.set(key, imported);
  return imported;
}

const spkiHashes = new WeakMap<AccountKey, Buffer>();

/** The SHA-256 of the key as certificates have it (SubjectPublicKeyInfo); once for each key that is kept. */
export function spkiHashOf(key: AccountKey): Buffer {
  const known = spkiHashes.get(key);
  if (known !== undefined) return known;
  const publicKey = createPublicKey({ key: key.jwk as JWK, format: "jwk" } as never);
  const spki = publicKey.export({ type: "spki", format: "der" });
  const hash = createHash("sha256").update(spki).digest();
  spkiHashes.set(key, hash);
  return hash;
}

const algorithmOfCurve: Readonly<Record<string, string>> = {
  "P-256": "ES256",
  "P-384": "ES384",
  "P-521": "ES512",
  Ed25519: "EdDSA",
};
const fits = (alg: string, { kty, crv }: Readonly<Record<string, string>>): boolean =>
  kty === "RSA" ? alg === "RS256" : algorithmOfCurve[crv ?? ""] === alg;

/** An external account binding's own JWS, verified by HMAC. Errors: `acme.unauthorized`. */
export async function verifyBinding({ jws, alg }: ParsedBinding, key: Uint8Array): Promise<void> {
  if (!["HS256", "HS384", "HS512"].includes(alg))
    throw malformed("The external account binding must be signed with HS256, HS384 or HS512.");
  try {
    await flattenedVerify(jws, key, { algorithms: [alg] });
  } catch (cause) {
    throw new AppError(
      "acme.unauthorized",
      "The external account binding's signature is wrong. Check the HMAC key; it is base64url.",
      { cause },
    );
  }
}
