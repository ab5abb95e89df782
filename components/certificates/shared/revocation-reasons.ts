import type { RevocationReason } from "@/lib/pki/types";

type ReasonLabel = Readonly<{ label: string; hint: string }>;

/**
 * The revocation reasons of RFC 5280 §5.3.1. `certificateHold` is not offered with the others: it is
 * the action "Put on hold".
 */
export const reasonLabels: Readonly<Record<RevocationReason, ReasonLabel>> = {
  keyCompromise: {
    label: "Key compromise",
    hint: "The private key may be known to others. Use this when in doubt; it can't be changed later.",
  },
  superseded: {
    label: "Superseded",
    hint: "Another certificate replaces it. The key is not compromised.",
  },
  cessationOfOperation: {
    label: "Cessation of operation",
    hint: "The service or device no longer exists.",
  },
  affiliationChanged: {
    label: "Affiliation changed",
    hint: "The name or the owner has changed.",
  },
  privilegeWithdrawn: {
    label: "Privilege withdrawn",
    hint: "It may no longer be used for its purpose.",
  },
  unspecified: { label: "Unspecified", hint: "Describe the reason in the comment." },
  cACompromise: {
    label: "CA compromise",
    hint: "The key of a CA may be known to others. For CA certificates.",
  },
  aACompromise: {
    label: "AA compromise",
    hint: "The key of an attribute authority may be known to others.",
  },
  certificateHold: { label: "On hold", hint: "Suspended temporarily. Can be released." },
};

/**
 * The reasons that the dialog offers for the certificate of a person, service or device, the most
 * urgent first.
 */
export const offeredReasons = [
  "keyCompromise",
  "superseded",
  "cessationOfOperation",
  "affiliationChanged",
  "privilegeWithdrawn",
  "unspecified",
] as const satisfies readonly RevocationReason[];
