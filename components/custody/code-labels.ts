const codeLabels: Readonly<Record<string, string>> = {
  "certificate.missing": "No certificate presented",
  "certificate.unreadable": "Certificate unreadable",
  "certificate.unknown-issuer": "Unknown issuer",
  "certificate.forged": "Forged: names a CA of Chancery, not signed by it",
  "certificate.not-issued": "Signed by a CA of Chancery, but never issued",
  "certificate.not-yet-valid": "Not yet valid",
  "certificate.expired": "Expired",
  "certificate.revoked": "Revoked",
  "certificate.on-hold": "On hold",
  "certificate.usage": "Not for client authentication",
  "certificate.internal": "Chancery’s own certificate",
  "certificate.network": "Outside allowed networks",
  "certificate.asserted": "Certificate on a proxy’s word alone",
  "certificate.of-proxy": "A proxy’s own certificate",
  "identity.suspended": "Identity suspended",
  "policy.denied": "Denied by a rule",
  "policy.unknown": "No policy for the service",
  "policy.method": "Unknown method",
  "policy.no-rule": "No rule allows it",
  "policy.path": "Path not normalized",
  "policy.unreadable": "Policy unreadable",
  "policy.retired": "Policy retired",
  "proxy.scope": "Outside the proxy’s scopes",
  "proxy.unknown": "Not a trusted proxy",
  forbidden: "Not allowed for this role",
  unauthenticated: "Unauthenticated",
};

/** The label of a denial's code; the code itself if it has none. */
export function codeLabel(code: string): string {
  return codeLabels[code] ?? code;
}
