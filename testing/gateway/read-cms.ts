import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

const derOf = (base64: string): ArrayBuffer =>
  Uint8Array.from(Buffer.from(base64, "base64")).buffer;

/** A CMS SignedData in base64 as pkijs reads it: how many certificates it has, and what else. */
export function readCertsOnly(base64: string) {
  const content = pkijs.ContentInfo.fromBER(derOf(base64));
  const data = new pkijs.SignedData({ schema: content.content });
  return {
    isSignedData: content.contentType === pkijs.ContentInfo.SIGNED_DATA,
    version: data.version,
    signers: data.signerInfos.length,
    hasContent: data.encapContentInfo.eContent !== undefined,
    certificates: data.certificates?.length ?? 0,
  };
}

/** What asn1js shows of DER in base64. */
export const showAsn1 = (base64: string): string => asn1js.fromBER(derOf(base64)).result.toString();
