import type { StateRule } from "@/lib/alerts/types";

/** A certificate that someone wanted replaced by now. */
export const rotationOverdue: StateRule = {
  state: true,
  name: "rotation-overdue",
  title: "Requested rotation is overdue",
  severity: "medium",
  explanation:
    "The rotation of a certificate was requested by a date that is over, and neither a rotation nor a new certificate for the same names has replaced it. Whatever the request was about, such as a weak key, still applies.",
  quietBecause:
    "Only staff request rotations, with a date. The alert resolves itself once the certificate is replaced, on hold, revoked or expired, its identity is suspended, or the request is withdrawn; after a person resolved it, it comes again in a week at the earliest.",
  values: [],
};
