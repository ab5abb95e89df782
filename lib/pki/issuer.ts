import { AppError } from "@/lib/errors/app-error";
import { extensionValue, readCertificate } from "./certificate";
import { signatureAlgorithmOf, subjectKeyIdentifier } from "./keys";
import { extensionOids } from "./oids";
import type { IssuerFacts } from "./types";

/**
 * What the children, CRLs and OCSP answers of an authority need, read from its certificate.
 * `signatureAlgorithm` is how its own key signs. Throws AppError `certificate.malformed`, or
 * `issuer.not-an-authority` for a certificate that may not sign others.
 */
export function issuerFactsOf(certificateDer: Uint8Array): IssuerFacts {
  const certificate = readCertificate(certificateDer);
  const mayIssue = certificate.isCa && (certificate.keyUsage?.includes("keyCertSign") ?? true);
  const signatureAlgorithm = signatureAlgorithmOf(certificate.spkiDer);
  if (!mayIssue || signatureAlgorithm === null) {
    const why = mayIssue
      ? "its key is of a kind that a CA in Chancery can't have"
      : "it has no basicConstraints cA, or no keyCertSign";
    throw new AppError(
      "issuer.not-an-authority",
      `The certificate of ${certificate.subjectText} cannot issue others: ${why}.`,
    );
  }
  return {
    certificateDer,
    signatureAlgorithm,
    subjectDer: certificate.subjectDer,
    subjectText: certificate.subjectText,
    spkiDer: certificate.spkiDer,
    subjectKeyIdentifier:
      certificate.subjectKeyIdentifier ?? subjectKeyIdentifier(certificate.spkiDer),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    pathLength: certificate.pathLength,
    nameConstraintsDer: extensionValue(
      certificate.extensions,
      extensionOids.nameConstraints,
      (value) => value,
    ),
  };
}
