import { isAppError } from "@/lib/errors/app-error";
import { readCertificate } from "./certificate";
import { equalBytes } from "./der";
import { verifySignature } from "./verify-signature";

/**
 * When a stored certificate expires, if it is one: its bytes are a certificate with this serial
 * number that the issuer's key signed. Null for anything else. Only such a certificate may be called
 * good: a row and its entries can be invented by whoever writes to the database, a signature can't.
 */
export function expiryIfIssued(
  der: Uint8Array | null,
  serial: Uint8Array,
  issuerDer: Uint8Array | null,
): Date | null {
  if (der === null || issuerDer === null) return null;
  try {
    const certificate = readCertificate(der);
    const { signatureAlgorithm: algorithm, tbsDer, signature, notAfter } = certificate;
    const isIssued =
      algorithm !== null &&
      equalBytes(certificate.serial, serial) &&
      verifySignature(algorithm, readCertificate(issuerDer).spkiDer, tbsDer, signature);
    return isIssued ? notAfter : null;
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}
