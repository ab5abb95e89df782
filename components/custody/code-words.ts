const words: Readonly<Record<string, string>> = {
  "certificate.missing": "No certificate shown",
  "certificate.unreadable": "Certificate unreadable",
  "certificate.unknown-issuer": "Unknown issuer",
  "certificate.forged": "Forged: our name, not our signature",
  "certificate.not-issued": "Signed by us, never issued",
  "certificate.not-yet-valid": "Not yet valid",
  "certificate.expired": "Expired",
  "certificate.revoked": "Revoked",
  "certificate.on-hold": "On hold",
  "certificate.usage": "Not for client authentication",
  "certificate.internal": "Chancery’s own certificate",
  "certificate.network": "Outside its networks",
  "identity.suspended": "Identity suspended",
  "policy.denied": "Denied by a rule",
  "policy.unknown": "No policy for the service",
  "policy.method": "Method not understood",
  "policy.no-rule": "No rule allows it",
  "policy.path": "Path not in normal form",
  "policy.unreadable": "Policy unreadable",
  "policy.retired": "Policy retired",
  "proxy.unknown": "Not a trusted proxy",
  forbidden: "Not allowed for this role",
  unauthenticated: "Not signed in",
};

/** A refusal's code in words; the code itself where there are none. */
export function codeWord(code: string): string {
  return words[code] ?? code;
}
