import { AsnConvert } from "@peculiar/asn1-schema";
import { Extensions } from "@peculiar/asn1-x509";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { tags } from "./der";
import { enter, leave, peek, readDer, take, takeOid, type DerReader } from "./der-reader";

// The only module that imports the certificate libraries.

export type RequestedExtension = Readonly<{ oid: string; critical: boolean; value: Uint8Array }>;

/**
 * The `Extensions` in the shape that nearly every request has, in strict DER; null for anything
 * else, which the library then parses.
 */
function readDerExtensions(der: Uint8Array): RequestedExtension[] | null {
  const found: RequestedExtension[] = [];
  try {
    const reader = readDer(der);
    const end = enter(reader, tags.sequence, "the extensions");
    while (reader.position < end) {
      const itemEnd = enter(reader, tags.sequence, "an extension");
      const oid = takeOid(reader, "the type of an extension");
      const critical = peek(reader, itemEnd) === tags.boolean && takeBoolean(reader);
      const value = Uint8Array.from(take(reader, tags.octetString, "the value of an extension"));
      leave(reader, itemEnd, "an extension");
      found.push({ oid, critical, value });
    }
    leave(reader, end, "the extensions");
    return end === der.length && found.length > 0 ? found : null;
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

/** BOOLEAN: one octet, 00 or FF (X.690 §11.1). What is neither is no DER, for the library too. */
function takeBoolean(reader: DerReader): boolean {
  const content = take(reader, tags.boolean, "critical");
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    throw new AppError("der.malformed", "The DER is malformed: a BOOLEAN is neither 00 nor FF.");
  return content[0] === 0xff;
}

/** Reads the `Extensions` of a CSR. Throws AppError `der.malformed`. */
export function parseExtensions(der: Uint8Array): RequestedExtension[] {
  const plain = readDerExtensions(der);
  if (plain !== null) return plain;
  const parsed = parseWithLibrary(der);
  // The library accepts an object identifier of no octets, and any octet as TRUE.
  if (parsed.some(({ oid, critical }) => critical || !/^[0-2](?:\.\d+)+$/.test(oid)))
    throw new AppError("der.malformed", "The DER is malformed: an extension is not DER.");
  return parsed;
}

function parseWithLibrary(der: Uint8Array): RequestedExtension[] {
  try {
    const parsed = AsnConvert.parse(der, Extensions);
    return Array.from(parsed, (extension) => ({
      oid: extension.extnID,
      critical: extension.critical,
      value: new Uint8Array(extension.extnValue.buffer),
    }));
  } catch (cause) {
    throw new AppError("der.malformed", "The DER is malformed: the extensions cannot be read.", {
      cause,
    });
  }
}

export type CmsAttribute = Readonly<{ type: string; values: readonly Uint8Array[] }>;
export type CmsSigner = Readonly<{
  /**
   * The issuer's name and the serial as DER elements; null where the signer is named by its key
   * identifier.
   */
  issuerDer: Uint8Array | null;
  serialDer: Uint8Array | null;
  digestOid: string;
  signatureOid: string;
  /** The signed attributes as they are signed: a SET OF, as the signer wrote it. Null: none. */
  signedAttributesDer: Uint8Array | null;
  signedAttributes: readonly CmsAttribute[];
  signature: Uint8Array;
}>;
export type CmsSignedData = Readonly<{
  contentType: string;
  content: Uint8Array;
  certificates: readonly Uint8Array[];
  signers: readonly CmsSigner[];
}>;

const signedDataOid = "1.2.840.113549.1.7.2";

/**
 * Reads a CMS SignedData with its content inside (RFC 5652 §5). Verifies nothing. Throws AppError
 * `cms.malformed`.
 */
export async function readSignedData(der: Uint8Array): Promise<CmsSignedData> {
  // Loaded on demand: only time stamps need it.
  const pkijs = await import("pkijs");
  try {
    const info = pkijs.ContentInfo.fromBER(Uint8Array.from(der));
    if (info.contentType !== signedDataOid) throw new Error(`content of type ${info.contentType}`);
    const signed = new pkijs.SignedData({ schema: info.content });
    const content = signed.encapContentInfo.eContent;
    if (content === undefined) throw new Error("no content inside");
    return {
      contentType: signed.encapContentInfo.eContentType,
      content: new Uint8Array(content.getValue()),
      certificates: (signed.certificates ?? []).flatMap((one) =>
        one instanceof pkijs.Certificate ? [new Uint8Array(one.toSchema().toBER(false))] : [],
      ),
      signers: signed.signerInfos.map((signer) => ({
        ...(signer.sid instanceof pkijs.IssuerAndSerialNumber
          ? {
              issuerDer: new Uint8Array(signer.sid.issuer.toSchema().toBER(false)),
              serialDer: new Uint8Array(signer.sid.serialNumber.toBER(false)),
            }
          : { issuerDer: null, serialDer: null }),
        digestOid: signer.digestAlgorithm.algorithmId,
        signatureOid: signer.signatureAlgorithm.algorithmId,
        signedAttributesDer:
          signer.signedAttrs === undefined ? null : new Uint8Array(signer.signedAttrs.encodedValue),
        signedAttributes: (signer.signedAttrs?.attributes ?? []).map(({ type, values }) => ({
          type,
          values: (values as { toBER: (sizeOnly: boolean) => ArrayBuffer }[]).map(
            (value) => new Uint8Array(value.toBER(false)),
          ),
        })),
        signature: new Uint8Array(signer.signature.getValue()),
      })),
    };
  } catch (cause) {
    throw new AppError("cms.malformed", "This is not CMS SignedData that can be read.", { cause });
  }
}
