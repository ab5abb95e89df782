import type { RevocationReason } from "@/lib/pki/types";

type Words = Readonly<{ label: string; hint: string }>;

/** RFC 5280 §5.3.1 reasons in words. `certificateHold` stands apart: it is the act "put on hold". */
export const reasonWords: Readonly<Record<RevocationReason, Words>> = {
  keyCompromise: {
    label: "The private key may be known to others",
    hint: "keyCompromise. Use it whenever in doubt; it cannot be lowered later.",
  },
  superseded: {
    label: "Another certificate replaces it",
    hint: "superseded. The key is not in doubt.",
  },
  cessationOfOperation: { label: "The service or device is gone", hint: "cessationOfOperation." },
  affiliationChanged: { label: "The name or the owner has changed", hint: "affiliationChanged." },
  privilegeWithdrawn: { label: "It may no longer be used", hint: "privilegeWithdrawn." },
  unspecified: { label: "Another reason", hint: "unspecified. Say in the comment what it is." },
  cACompromise: {
    label: "The authority's key may be known to others",
    hint: "cACompromise. For certificates of authorities.",
  },
  aACompromise: {
    label: "The attribute authority's key may be known to others",
    hint: "aACompromise.",
  },
  certificateHold: { label: "On hold for now", hint: "certificateHold. It can be released." },
};

/** The reasons that the dialog offers for a certificate of a person, service or device, the most urgent first. */
export const offeredReasons = [
  "keyCompromise",
  "superseded",
  "cessationOfOperation",
  "affiliationChanged",
  "privilegeWithdrawn",
  "unspecified",
] as const satisfies readonly RevocationReason[];
