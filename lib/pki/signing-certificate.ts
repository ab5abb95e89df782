import { createHash } from "node:crypto";
import { equalBytes, tags } from "./der";
import { enter, leave, peek, readDer, take, takeOid, takeRaw } from "./der-reader";
import { otherOids } from "./oids";
import type { CmsAttribute } from "./x509";

const signingCertificateOid = "1.2.840.113549.1.9.16.2.12";
const signingCertificateV2Oid = "1.2.840.113549.1.9.16.2.47";
const hashes: Readonly<Record<string, string>> = {
  [otherOids.sha1]: "sha1",
  [otherOids.sha256]: "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

/**
 * Whether the signed attributes name this certificate as the signer's: SigningCertificate (RFC 2634
 * §5.4, SHA-1) or SigningCertificateV2 (RFC 5035 §3), of which the first certificate counts. Where
 * both are there, both must. Throws AppError `der.malformed`.
 */
export function namesCertificate(
  attributes: readonly CmsAttribute[],
  certificateDer: Uint8Array,
): boolean {
  const named = attributes.filter(
    ({ type }) => type === signingCertificateOid || type === signingCertificateV2Oid,
  );
  return (
    named.length > 0 &&
    named.every(
      ({ type, values }) =>
        values.length === 1 &&
        matchesFirst(values[0]!, type === signingCertificateV2Oid, certificateDer),
    )
  );
}

function matchesFirst(value: Uint8Array, isV2: boolean, certificateDer: Uint8Array): boolean {
  const reader = readDer(value);
  const end = enter(reader, tags.sequence, "the signing certificate");
  const listEnd = enter(reader, tags.sequence, "the signing certificates");
  const firstEnd = enter(reader, tags.sequence, "ESSCertID");
  let hash: string | undefined = isV2 ? "sha256" : "sha1";
  if (isV2 && peek(reader, firstEnd) === tags.sequence) {
    const algorithmEnd = enter(reader, tags.sequence, "the hash algorithm");
    hash = hashes[takeOid(reader, "the hash algorithm")];
    if (peek(reader, algorithmEnd) === tags.null) take(reader, tags.null, "the hash algorithm");
    leave(reader, algorithmEnd, "the hash algorithm");
  }
  const digest = take(reader, tags.octetString, "the hash of the certificate");
  if (peek(reader, firstEnd) === tags.sequence) takeRaw(reader, "issuerSerial", tags.sequence);
  leave(reader, firstEnd, "ESSCertID");
  while (reader.position < listEnd) takeRaw(reader, "ESSCertID", tags.sequence);
  if (peek(reader, end) === tags.sequence) takeRaw(reader, "the policies", tags.sequence);
  leave(reader, end, "the signing certificate");
  return (
    hash !== undefined &&
    equalBytes(digest, new Uint8Array(createHash(hash).update(certificateDer).digest()))
  );
}
