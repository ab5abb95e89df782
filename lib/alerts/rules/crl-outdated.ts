import type { StateRule } from "@/lib/alerts/types";

/** Who checks CRLs accepts a certificate that was revoked; OCSP knows at once. */
export const crlOutdated: StateRule = {
  state: true,
  name: "crl-outdated",
  title: "CRL lacks a revocation",
  severity: "critical",
  explanation:
    "A certificate was revoked, put on hold or released, and eight seconds later the CRL of its CA doesn't list that, so no CRLs are being published. Systems that check the CRL, not OCSP, still accept what was revoked.",
  quietBecause:
    "A CRL follows each revocation within five seconds, also while many are revoked. The alert resolves itself with the next CRL.",
  values: [],
};
