import type { StateRule } from "@/lib/alerts/types";
import { value } from "./text";

/** With an expired CRL, relying parties reject every certificate, or skip the revocation check. */
export const crlLate: StateRule = {
  state: true,
  name: "crl-late",
  title: "CRL is late",
  severity: "high",
  explanation:
    "A CA's latest CRL is about to expire, or it has expired or is from the future (critical), and no newer one was published. Systems that check it then reject every certificate, or stop checking revocation.",
  quietBecause:
    "A CRL is published at half of its lifetime and after each revocation. The alert opens only when three quarters have passed and the delay persists, and resolves itself with the next CRL.",
  values: [value("percent", "Lifetime left, at most", "percent", 25, [1, 49])],
};
