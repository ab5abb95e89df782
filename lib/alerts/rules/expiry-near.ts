import type { StateRule } from "@/lib/alerts/types";
import { value } from "./words";

/** What stops working soon, because nobody has rotated it. */
export const expiryNear: StateRule = {
  state: true,
  name: "expiry-near",
  title: "Expires soon without a successor",
  severity: "medium",
  explanation:
    "A certificate comes to its end, and neither a rotation nor a new certificate for the same names has taken over. What uses it will stop. It is low for a certificate that was not used within the last week.",
  quietBecause:
    "Certificates that are rotated at two thirds of their life never come so near their end: it speaks in the last fifth, and at most two weeks before. Certificates that are made for a day are left out, as they are meant to end. It closes itself when a successor is there, and comes once for each certificate.",
  values: [
    value("days", "At most so long before", "days", 14, [1, 90]),
    value("percent", "… and in the last part of its life", "percent", 20, [1, 50]),
    value("leastDays", "Only of certificates that live at least", "days", 2, [0, 400]),
  ],
};
