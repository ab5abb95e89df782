import type { StateRule } from "@/lib/alerts/types";
import { value } from "./words";

/** Whoever checks revocation against a CRL that has run out refuses everybody, or worse, nobody. */
export const crlLate: StateRule = {
  state: true,
  name: "crl-late",
  title: "CRL is late",
  severity: "high",
  explanation:
    "The newest CRL of an authority is about to run out, or has run out (critical), and no newer one was published. Whoever checks it refuses everybody, or worse, nobody.",
  quietBecause:
    "CRLs are published at half of their life, and at each revocation; it speaks when three quarters are over, and only if that lasts. It closes itself with the next CRL.",
  values: [value("percent", "Of its life left at most", "percent", 25, [1, 49])],
};
