import type { StateRule } from "@/lib/alerts/types";
import { value } from "@/lib/alerts/rules/text";

/** A certificate that will expire because it was not rotated. */
export const expiryNear: StateRule = {
  state: true,
  name: "expiry-near",
  title: "Expires soon without a successor",
  severity: "medium",
  explanation:
    "A certificate is about to expire, and neither a rotation nor a new certificate for the same names has replaced it. Whatever uses it will stop working. The severity is low if the certificate was not used in the last week.",
  quietBecause:
    "Certificates that are rotated after two thirds of their lifetime never get this close: the alert opens only in the last fifth, and at most two weeks before the expiration. Certificates that live for about a day are left out. The alert resolves itself once there is a successor, and opens once per certificate.",
  values: [
    value("days", "Before the expiration, at most", "days", 14, [1, 90]),
    value("percent", "… and in the last part of its lifetime", "percent", 20, [1, 50]),
    value("leastDays", "Only certificates with a lifetime of at least", "days", 2, [0, 400]),
  ],
};
