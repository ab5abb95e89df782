/**
 * The states of a certificate in the console. Each has one label, one icon and one color, the same
 * everywhere.
 */
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

export const stateLabels: Readonly<Record<State, string>> = {
  valid: "Valid",
  expiring: "Expiring",
  expired: "Expired",
  hold: "On hold",
  revoked: "Revoked",
  pending: "Pending",
  denied: "Denied",
};

/** What a state means, for tooltips and legends. */
export const stateMeanings: Readonly<Record<State, string>> = {
  valid: "Valid and not close to expiration.",
  expiring:
    "Expires within 30 days, or a third of its lifetime if that is shorter, and has no successor. Short-lived certificates and Chancery’s own are renewed by programs and not counted.",
  expired: "Expired: notAfter has passed.",
  hold: "Suspended temporarily (certificateHold). Can be released.",
  revoked: "Revoked permanently. Listed in the CRL and reported by OCSP.",
  pending: "Planned and recorded, but not signed yet.",
  denied: "Denied. The reason is in the audit log.",
};
