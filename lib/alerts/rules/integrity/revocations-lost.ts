import type { EntryRule } from "@/lib/alerts/types";
import { logSubject } from "@/lib/alerts/rules/verification-failed";

/** The database had lost a revocation that the signer remembers. */
export const revocationsLost: EntryRule = {
  name: "revocations-lost",
  title: "Revocations missing in the database",
  severity: "high",
  explanation:
    "The database no longer had revocations or holds that the signer remembers from its CRLs, and Chancery made them again. An older backup was restored, or someone changed the rows. The CRL listed these certificates all along; OCSP and forward auth may have accepted them until now.",
  quietBecause:
    "A database that no one restored or changed has every revocation that a CRL listed.",
  values: [],
  evaluate: ({ action, details, target }) => {
    const isRevocation = action === "certificate.revoked" || action === "certificate.held";
    if (!isRevocation || details["remembered"] !== true || target === null) return null;
    return {
      subject: logSubject,
      severity: "high",
      summary: "The database had lost revocations that the signer remembers. They were made again.",
      surprise: `${target.label} was ${action === "certificate.held" ? "on hold" : "revoked"} since ${String(details["revokedAt"])}, and the database did not say that.`,
      baseline: "The database has every revocation that a CRL listed.",
    };
  },
};
