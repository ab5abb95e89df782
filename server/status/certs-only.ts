import { compareBytes, explicitTag, integer, oid, sequence, setOf, tlv } from "@/lib/pki/der";

/**
 * Certificates in a CMS SignedData without signers (RFC 5652 §5.1, "certs-only"), served as `.p7c`
 * at the URL in caIssuers (RFC 5280 §4.2.2.1).
 */
export function certsOnly(certificates: readonly Uint8Array[]): Uint8Array {
  const signedData = sequence(
    integer(1),
    setOf(),
    sequence(oid("1.2.840.113549.1.7.1")),
    // [0] IMPLICIT SET OF, in the order that DER requires.
    tlv(0xa0, ...certificates.toSorted(compareBytes)),
    setOf(),
  );
  return sequence(oid("1.2.840.113549.1.7.2"), explicitTag(0, signedData));
}
