import { createHash } from "node:crypto";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { VerificationAlgorithm } from "./algorithms";
import { readCertificate, type Certificate } from "./certificate";
import { boolean, equalBytes, integer, nullValue, octetString, oid, sequence } from "./der";
import { extendedKeyUsageOids, extensionOids, otherOids } from "./oids";
import { verifyChain } from "./path";
import { namesCertificate } from "./signing-certificate";
import { readTimestampInfo, type TimestampInfo } from "./timestamp-info";
import { verifyWithAlgorithm } from "./verify-signature";
import { readSignedData, type CmsSigner } from "./x509";

const infoOid = "1.2.840.113549.1.9.16.1.4";
const contentTypeOid = "1.2.840.113549.1.9.3";
const messageDigestOid = "1.2.840.113549.1.9.4";
/** Accept: what a signer may hash with. SHA-1 is not among them. */
const digests: Readonly<Record<string, "sha256" | "sha384" | "sha512">> = {
  [otherOids.sha256]: "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};
const ecdsaDigests: Readonly<Record<string, string>> = {
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
};
const rsaDigests: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
};

/**
 * TimeStampReq (RFC 3161 §2.4.1) for a SHA-256 digest, asking for the authority's certificate. The
 * nonce is read as an unsigned number.
 */
export function encodeTimestampRequest(digest: Uint8Array, nonce: Uint8Array): Uint8Array {
  const imprint = sequence(sequence(oid(otherOids.sha256), nullValue()), octetString(digest));
  return sequence(integer(1), imprint, integer(nonce), boolean(true));
}

/** TimeStampResp that says "granted" around a kept token: the form (.tsr) that other tools read. */
export function encodeTimestampReply(token: Uint8Array): Uint8Array {
  return sequence(sequence(integer(0)), token);
}

export type Timestamp = Readonly<{
  stampedAt: Date;
  policy: string;
  serialHex: string;
  /** Subject of the certificate that signed it. */
  authority: string;
}>;

/**
 * Verifies a time-stamp token (RFC 3161 §2.4.2, RFC 5816): that it is over this SHA-256 digest and,
 * if one is given, this nonce; that its one signer signed it with the certificate that it names
 * (ESSCertID), which is for time stamping alone and chains to one of the roots at the time of the
 * stamp. Throws AppError `timestamp.invalid` with what is wrong, `timestamp.malformed`,
 * `cms.malformed` or `der.malformed`.
 */
export async function verifyTimestamp(
  token: Uint8Array,
  expected: Readonly<{
    digest: Uint8Array;
    nonce: Uint8Array | null;
    roots: readonly Uint8Array[];
  }>,
): Promise<Timestamp> {
  const signed = await readSignedData(token);
  if (signed.contentType !== infoOid) throw invalid("it does not hold a time stamp");
  const [signer, ...others] = signed.signers;
  if (signer === undefined || others.length > 0)
    throw invalid(`it has ${signed.signers.length} signers; a time stamp has one`);
  const info = readTimestampInfo(signed.content);
  checkImprint(info, expected.digest, expected.nonce);
  const certificate = signingCertificate(signer, signed.certificates);
  checkSignature(signer, certificate, signed.content);
  checkUsage(certificate);
  const chain = verifyChain(certificate.der, signed.certificates, expected.roots, info.at);
  if (!chain.ok) throw invalid(`its authority is not trusted here: ${chain.reason}`);
  return {
    stampedAt: info.at,
    policy: info.policy,
    serialHex: Buffer.from(info.serial).toString("hex"),
    authority: certificate.subjectText,
  };
}

function invalid(what: string): AppError {
  return new AppError("timestamp.invalid", `The time stamp is refused: ${what}.`);
}

function checkImprint(info: TimestampInfo, digest: Uint8Array, nonce: Uint8Array | null): void {
  if (info.hashOid !== otherOids.sha256 || !equalBytes(info.digest, digest))
    throw invalid("it is over something else (messageImprint)");
  if (nonce === null) return;
  const sentNonce = integer(nonce);
  if (info.nonceDer === null || !equalBytes(info.nonceDer, sentNonce))
    throw invalid("its nonce is not the one that was sent, so it may be an old answer");
}

/**
 * The certificate by which the signer goes: named in the signed attributes, so that no other of the
 * same key can take its place.
 */
function signingCertificate(signer: CmsSigner, certificates: readonly Uint8Array[]): Certificate {
  const found = certificates.filter((der) => namesCertificate(signer.signedAttributes, der));
  if (found.length === 0)
    throw invalid("no certificate in it is the one that it names as its signer (ESSCertID)");
  const certificate = readSigner(found[0]!);
  const isNamed =
    signer.issuerDer !== null &&
    signer.serialDer !== null &&
    equalBytes(signer.issuerDer, certificate.issuerDer) &&
    equalBytes(signer.serialDer, integer(certificate.serial));
  if (!isNamed) throw invalid("its signer and its signing certificate are two different ones");
  return certificate;
}

function readSigner(der: Uint8Array): Certificate {
  try {
    return readCertificate(der);
  } catch (error) {
    if (!isAppError(error)) throw error;
    throw new AppError(
      "timestamp.invalid",
      `The time stamp is refused: its signing certificate cannot be read. ${error.message}`,
      { cause: error },
    );
  }
}

function checkSignature(signer: CmsSigner, certificate: Certificate, content: Uint8Array): void {
  const hash = digests[signer.digestOid];
  if (hash === undefined)
    throw invalid(`it is hashed with an algorithm that is not accepted (${signer.digestOid})`);
  const attributeValue = (type: string): Uint8Array | null => {
    const all = signer.signedAttributes.filter((attribute) => attribute.type === type);
    return all.length === 1 && all[0]!.values.length === 1 ? all[0]!.values[0]! : null;
  };
  const type = attributeValue(contentTypeOid);
  const digest = attributeValue(messageDigestOid);
  if (signer.signedAttributesDer === null || type === null || digest === null)
    throw invalid("its signed attributes are not complete");
  if (!equalBytes(type, oid(infoOid)))
    throw invalid("its signed attributes are for another content type");
  if (!equalBytes(digest, octetString(new Uint8Array(createHash(hash).update(content).digest()))))
    throw invalid("its content is not what was signed (messageDigest)");
  const algorithm = algorithmOf(signer, hash);
  if (
    algorithm === null ||
    !verifyWithAlgorithm(
      algorithm,
      certificate.spkiDer,
      signer.signedAttributesDer,
      signer.signature,
    )
  )
    throw invalid("its signature does not verify");
}

/**
 * CMS names RSA by its key alone, ECDSA with its hash; where a hash is named it is the one of the
 * attributes.
 */
function algorithmOf({ signatureOid }: CmsSigner, hash: string): VerificationAlgorithm | null {
  if (signatureOid === otherOids.rsaEncryption)
    return { text: `rsa-${hash}`, hash, key: "rsa", isWeak: false };
  if (ecdsaDigests[signatureOid] === hash)
    return { text: `ecdsa-${hash}`, hash, key: "ec", isWeak: false };
  return rsaDigests[signatureOid] === hash
    ? { text: `rsa-${hash}`, hash, key: "rsa", isWeak: false }
    : null;
}

/** RFC 3161 §2.3: for time stamping and nothing else, and critically so. */
function checkUsage({ extendedKeyUsage, extensions, keyUsage, isCa }: Certificate): void {
  const critical =
    extensions.find(({ oid: type }) => type === extensionOids.extKeyUsage)?.critical === true;
  const only =
    extendedKeyUsage?.length === 1 && extendedKeyUsage[0] === extendedKeyUsageOids.timeStamping;
  if (!only || !critical || isCa)
    throw invalid(
      "its signing certificate is not one for time stamping alone (extKeyUsage, critical)",
    );
  if (
    keyUsage !== null &&
    !keyUsage.includes("digitalSignature") &&
    !keyUsage.includes("nonRepudiation")
  )
    throw invalid("its signing certificate may not sign (keyUsage)");
}
