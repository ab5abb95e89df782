import { BmpString, OctetString } from "asn1js";
import {
  Attribute,
  AuthenticatedSafe,
  CertBag,
  CryptoEngine,
  id_CertBag_X509Certificate,
  PFX,
  PKCS8ShroudedKeyBag,
  PrivateKeyInfo,
  SafeBag,
  SafeContents,
} from "pkijs";

export type Pkcs12Input = Readonly<{
  /** What stores show the entry as; Java makes it the alias. */
  friendlyName: string;
  /** PKCS#8 in DER. */
  pkcs8: Uint8Array;
  /** In DER: the certificate of the key first, then its chain. */
  certificates: readonly Uint8Array[];
  /** Checked by `findPasswordProblem`. */
  password: string;
}>;

/**
 * Hashes `input` with SHA-256, then the hash, and so on: for places where a script must not run for
 * as long at a time as pkijs takes.
 */
export type DeriveMacKey = (input: Uint8Array, iterations: number) => Promise<Uint8Array>;

const bagTypes = {
  shroudedKey: "1.2.840.113549.1.12.10.1.2",
  certificate: "1.2.840.113549.1.12.10.1.3",
} as const;
const attributeTypes = {
  friendlyName: "1.2.840.113549.1.9.20",
  localKeyId: "1.2.840.113549.1.9.21",
} as const;
/**
 * OWASP's figure for PBKDF2 with SHA-256. The MAC has its own, older derivation, which runs in
 * script, and what guesses at a password can choose the cheaper one: the password has to be strong.
 */
const encryptionIterations = 600_000;
const macIterations = 100_000;

const buffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

type Stamp = Parameters<CryptoEngine["stampDataWithPassword"]>[0];

/** Derives the key of the MAC in another way, with the same result. */
class StampingEngine extends CryptoEngine {
  readonly #derive: DeriveMacKey;
  constructor(crypto: Crypto, derive: DeriveMacKey) {
    super({ crypto, name: "WebCrypto" });
    this.#derive = derive;
  }
  override async stampDataWithPassword({
    password,
    salt,
    iterationCount,
    contentToStamp,
  }: Stamp): Promise<ArrayBuffer> {
    const derived = await this.#derive(macKeyInput(password, salt), iterationCount);
    const algorithm = { name: "HMAC", hash: "SHA-256", length: 256 };
    const key = await this.importKey("raw", buffer(derived), algorithm, false, ["sign"]);
    return this.sign(algorithm, key, contentToStamp);
  }
}

/** SHA-256 takes blocks of 64 octets. */
const blockLength = 64;

/** D, S and P of RFC 7292 appendix B.2, for the one hash that a MAC's key with SHA-256 takes. */
function macKeyInput(password: ArrayBuffer, salt: ArrayBuffer): Uint8Array {
  // In ASCII; as BMPString with its terminator (appendix B.1).
  const characters = new Uint8Array(password);
  const text = new Uint8Array(characters.length * 2 + 2);
  for (const [at, character] of characters.entries()) text[at * 2 + 1] = character;
  const blocks = [new Uint8Array(blockLength).fill(3), filled(new Uint8Array(salt)), filled(text)];
  return Uint8Array.from(blocks.flatMap((block) => [...block]));
}

/** Repeated until it fills whole blocks. */
const filled = (octets: Uint8Array): Uint8Array =>
  Uint8Array.from(
    { length: blockLength * Math.ceil(octets.length / blockLength) },
    (_none, at) => octets[at % octets.length] ?? 0,
  );

/** Pairs the key with its certificate: Java and NSS look for it. */
function attributesOf(name: string, keyId: ArrayBuffer): Attribute[] {
  return [
    new Attribute({
      type: attributeTypes.friendlyName,
      values: [new BmpString({ value: name })],
    }),
    new Attribute({
      type: attributeTypes.localKeyId,
      values: [new OctetString({ valueHex: keyId })],
    }),
  ];
}

/**
 * A PKCS#12 file (RFC 7292): key and certificates encrypted with AES-256-CBC under PBKDF2 with
 * SHA-256, a MAC with SHA-256, all under one password.
 */
export async function makePkcs12(
  crypto: Crypto,
  input: Pkcs12Input,
  derive?: DeriveMacKey,
): Promise<Uint8Array> {
  const engine =
    derive === undefined
      ? new CryptoEngine({ crypto, name: "WebCrypto" })
      : new StampingEngine(crypto, derive);
  const password = new TextEncoder().encode(input.password).buffer;
  const encryption = {
    password,
    // pkijs takes a random IV, and random salts, whatever is given here.
    contentEncryptionAlgorithm: { name: "AES-CBC", length: 256, iv: new ArrayBuffer(16) },
    hmacHashAlgorithm: "SHA-256",
    iterationCount: encryptionIterations,
  };
  const keyId = await crypto.subtle.digest("SHA-256", buffer(input.certificates[0]!));
  const attributes = attributesOf(input.friendlyName, keyId);
  const key = new PKCS8ShroudedKeyBag({ parsedValue: PrivateKeyInfo.fromBER(buffer(input.pkcs8)) });
  await key.makeInternalValues(encryption, engine);
  const keyBag = new SafeBag({
    bagId: bagTypes.shroudedKey,
    bagValue: key,
    bagAttributes: attributes,
  });
  const certificateBags = input.certificates.map(
    (der, at) =>
      new SafeBag({
        bagId: bagTypes.certificate,
        // As octets: parsed and written again, a certificate might no longer be the same.
        bagValue: new CertBag({
          certId: id_CertBag_X509Certificate,
          certValue: new OctetString({ valueHex: buffer(der) }),
        }),
        ...(at === 0 ? { bagAttributes: attributes } : {}),
      }),
  );
  const safe = new AuthenticatedSafe({
    parsedValue: {
      safeContents: [
        { privacyMode: 1, value: new SafeContents({ safeBags: certificateBags }) },
        { privacyMode: 0, value: new SafeContents({ safeBags: [keyBag] }) },
      ],
    },
  });
  await safe.makeInternalValues({ safeContents: [encryption, {}] }, engine);
  const file = new PFX({ parsedValue: { integrityMode: 0, authenticatedSafe: safe } });
  await file.makeInternalValues(
    {
      password,
      iterations: macIterations,
      pbkdf2HashAlgorithm: { name: "SHA-256" },
      hmacHashAlgorithm: "SHA-256",
    },
    engine,
  );
  return new Uint8Array(file.toSchema().toBER(false));
}
