import type { StatusUrls } from "./types";

/**
 * Where an authority's CRL, OCSP responses and certificates are published. Issued certificates
 * contain these URLs, so they never change.
 */
export function authorityUrls(publicUrl: string, slug: string) {
  return {
    crl: `${publicUrl}/crl/${slug}.crl`,
    ocsp: `${publicUrl}/ocsp`,
    certificate: `${publicUrl}/ca/${slug}.cer`,
    certificatePem: `${publicUrl}/ca/${slug}.pem`,
    chain: `${publicUrl}/ca/${slug}/chain.pem`,
  };
}

/** The URLs that a certificate issued by this authority contains. */
export function statusUrls(publicUrl: string, slug: string): StatusUrls {
  const { crl, ocsp, certificate } = authorityUrls(publicUrl, slug);
  return { crl, ocsp, caIssuers: certificate };
}
