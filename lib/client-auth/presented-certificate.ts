import { sha256 } from "@/lib/format/hash";
import { X509Certificate } from "node:crypto";
import type { CertificateClaims } from "./types";

const clientAuth = "1.3.6.1.5.5.7.3.2";
const maxNameLength = 500;

/** A certificate as a client presented it, parsed once. Nothing in it has been verified. */
export type PresentedCertificate = Readonly<{
  fingerprint: Buffer;
  /** Lower-case hex, as in entries. */
  fingerprintSha256: string;
  serial: string;
  claims: CertificateClaims;
  /** Whether its extended key usage includes client authentication. */
  forClients: boolean;
  certificate: X509Certificate;
}>;

/** Parses a presented certificate in DER; null if the bytes are not exactly one certificate. */
export function readPresented(der: Uint8Array): PresentedCertificate | null {
  try {
    const certificate = new X509Certificate(der);
    // Trailing bytes would be part of the fingerprint, but nothing would read them.
    if (certificate.raw.length !== der.length) return null;
    const fingerprint = sha256(der);
    return {
      fingerprint,
      fingerprintSha256: fingerprint.toString("hex"),
      serial: certificate.serialNumber.toLowerCase(),
      claims: {
        subject: nameText(certificate.subject),
        issuer: nameText(certificate.issuer),
        notBefore: timeText(certificate.validFrom),
        notAfter: timeText(certificate.validTo),
      },
      forClients: certificate.keyUsage?.includes(clientAuth) ?? false,
      certificate,
    };
  } catch {
    return null;
  }
}

/**
 * A name on one line, truncated: the text is not trusted. Node gives undefined for an empty name,
 * contrary to its types.
 */
const nameText = (lines: string | undefined): string =>
  (lines ?? "").replaceAll(/[\r\n]+/g, ", ").slice(0, maxNameLength);
const timeText = (text: string): string => new Date(text).toISOString();

/**
 * Whether two names are the same for a human reader: case and spaces are ignored, so that a forger
 * cannot avoid the comparison.
 */
export function sameName(one: string | undefined, other: string | undefined): boolean {
  const plain = (text: string | undefined): string =>
    (text ?? "")
      .toLowerCase()
      .replaceAll(/[^\S\n]+/g, " ")
      .trim();
  return plain(one) === plain(other);
}
