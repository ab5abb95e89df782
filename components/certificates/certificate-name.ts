import type { CertificateItem } from "@/lib/certificates/schema";

/** The display name of a certificate: its common name, else its first name, else its serial number. */
export function certificateName({
  commonName,
  sans,
  serial,
}: Pick<CertificateItem, "commonName" | "sans" | "serial">): string {
  return commonName || sans[0]?.value || serial;
}
