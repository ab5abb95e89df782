/** The states that the console tells apart. Each has one word, one icon and one colour, the same everywhere. */
export const states = [
  "valid",
  "expiring",
  "expired",
  "hold",
  "revoked",
  "pending",
  "denied",
] as const;
export type State = (typeof states)[number];

export const stateWords: Readonly<Record<State, string>> = {
  valid: "Valid",
  expiring: "Expiring",
  expired: "Expired",
  hold: "On hold",
  revoked: "Revoked",
  pending: "Pending",
  denied: "Denied",
};

/** What a state means, in one sentence for a tooltip or a legend. */
export const stateMeanings: Readonly<Record<State, string>> = {
  valid: "In force, and not about to end.",
  expiring: "In force, but its notAfter is near and it has no successor.",
  expired: "Its notAfter has passed.",
  hold: "Revoked for now (certificateHold). It can be released.",
  revoked: "Revoked for good. CRL and OCSP say so.",
  pending: "Planned and on the record, not signed yet.",
  denied: "Refused. The reason is on the record.",
};
