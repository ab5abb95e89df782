import type { StatusUrls } from "@/lib/pki/types";

/** Where an authority's CRL, OCSP answers and certificates are found. These addresses stand in certificates and never change. */
export function authorityUrls(publicUrl: string, slug: string) {
  return {
    crl: `${publicUrl}/crl/${slug}.crl`,
    ocsp: `${publicUrl}/ocsp`,
    certificate: `${publicUrl}/ca/${slug}.cer`,
    certificatePem: `${publicUrl}/ca/${slug}.pem`,
    chain: `${publicUrl}/ca/${slug}/chain.pem`,
  };
}

/** The addresses as they go into a certificate that this authority issues. */
export function statusUrls(publicUrl: string, slug: string): StatusUrls {
  const { crl, ocsp, certificate } = authorityUrls(publicUrl, slug);
  return { crl, ocsp, caIssuers: certificate };
}
