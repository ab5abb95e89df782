import { createHash } from "node:crypto";
import { equalBytes, tags } from "@/lib/pki/der";
import { enter, leave, peek, readDer, take, takeOid, takeRaw } from "@/lib/pki/der-reader";
import { otherOids } from "@/lib/pki/oids";
import type { CmsAttribute } from "@/lib/pki/x509";

const versionOne = "1.2.840.113549.1.9.16.2.12",
  versionTwo = "1.2.840.113549.1.9.16.2.47";
const hashes: Readonly<Record<string, string>> = {
  [otherOids.sha1]: "sha1",
  [otherOids.sha256]: "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

/**
 * Whether the signed attributes name this certificate as the signer's: SigningCertificate (RFC 2634 §5.4, SHA-1) or SigningCertificateV2
 * (RFC 5035 §3), of which the first certificate counts. Where both are there, both must. Throws AppError `der.malformed`.
 */
export function namesCertificate(
  attributes: readonly CmsAttribute[],
  certificateDer: Uint8Array,
): boolean {
  const named = attributes.filter(({ type }) => type === versionOne || type === versionTwo);
  return (
    named.length > 0 &&
    named.every(
      ({ type, values }) =>
        values.length === 1 && isFirst(values[0]!, type === versionTwo, certificateDer),
    )
  );
}

function isFirst(value: Uint8Array, isTwo: boolean, certificateDer: Uint8Array): boolean {
  const reader = readDer(value),
    end = enter(reader, tags.sequence, "the signing certificate");
  const listEnd = enter(reader, tags.sequence, "the signing certificates"),
    firstEnd = enter(reader, tags.sequence, "ESSCertID");
  let hash: string | undefined = isTwo ? "sha256" : "sha1";
  if (isTwo && peek(reader, firstEnd) === tags.sequence) {
    const algorithmEnd = enter(reader, tags.sequence, "the hash algorithm");
    hash = hashes[takeOid(reader, "the hash algorithm")];
    if (peek(reader, algorithmEnd) === tags.null) take(reader, tags.null, "the hash algorithm");
    leave(reader, algorithmEnd, "the hash algorithm");
  }
  const said = take(reader, tags.octetString, "the hash of the certificate");
  if (peek(reader, firstEnd) === tags.sequence) takeRaw(reader, "issuerSerial", tags.sequence);
  leave(reader, firstEnd, "ESSCertID");
  while (reader.position < listEnd) takeRaw(reader, "ESSCertID", tags.sequence);
  if (peek(reader, end) === tags.sequence) takeRaw(reader, "the policies", tags.sequence);
  leave(reader, end, "the signing certificate");
  return (
    hash !== undefined &&
    equalBytes(said, new Uint8Array(createHash(hash).update(certificateDer).digest()))
  );
}
