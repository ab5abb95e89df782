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
export async function makePkcs12(crypto: Crypto, input: Pkcs12Input): Promise<Uint8Array> {
  const engine = new CryptoEngine({ crypto, name: "WebCrypto" });
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
