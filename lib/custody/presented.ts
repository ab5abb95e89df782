import { createHash, X509Certificate } from "node:crypto";
import type { Presented } from "@/lib/custody/types";

const clientAuth = "1.3.6.1.5.5.7.3.2";
const longestName = 500;

/** What a certificate says of itself, read once from its bytes; nothing of it is believed yet. */
export type PresentedCertificate = Readonly<{
  fingerprint: Buffer;
  /** Lower-case hex, as everywhere on the record. */
  fingerprintSha256: string;
  serial: string;
  said: Presented;
  /** Whether its extended key usage names clients. */
  forClients: boolean;
  certificate: X509Certificate;
}>;

/** Reads a presented certificate; null for bytes that are none. */
export function readPresented(der: Uint8Array): PresentedCertificate | null {
  try {
    const certificate = new X509Certificate(der);
    // What follows the certificate in the same bytes would be hashed with it and read by nobody.
    if (certificate.raw.length !== der.length) return null;
    const fingerprint = createHash("sha256").update(der).digest();
    return {
      fingerprint,
      fingerprintSha256: fingerprint.toString("hex"),
      serial: certificate.serialNumber.toLowerCase(),
      said: {
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

/** A name on one line, cut: a stranger wrote it. An empty one is undefined in Node, whatever its types say. */
const nameText = (lines: string | undefined): string =>
  (lines ?? "").replaceAll(/[\r\n]+/g, ", ").slice(0, longestName);
const timeText = (text: string): string => new Date(text).toISOString();

/** Whether two names are the same, as far as a forger could mean them to be: case and spaces do not count. */
export function sameName(one: string | undefined, other: string | undefined): boolean {
  const plain = (text: string | undefined): string =>
    (text ?? "")
      .toLowerCase()
      .replaceAll(/[^\S\n]+/g, " ")
      .trim();
  return plain(one) === plain(other);
}
