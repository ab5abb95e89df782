import type { AlertDto, AlertStatus, Resolution, RuleName } from "@/lib/alerts/schema";

export const statusLabels: Readonly<Record<AlertStatus, string>> = {
  open: "Open",
  acknowledged: "Acknowledged",
  resolved: "Resolved",
};

export const resolutionLabels: Readonly<
  Record<Resolution, Readonly<{ label: string; hint: string }>>
> = {
  expected: {
    label: "Expected",
    hint: "Nothing was wrong. An exception prevents the alert next time.",
  },
  "known-change": {
    label: "Known change",
    hint: "Caused by a planned change, such as a move to another network.",
  },
  malicious: { label: "Malicious", hint: "Unauthorized use, or an attempt at it." },
  fixed: { label: "Fixed", hint: "Something was broken and has been fixed." },
};

/** Rules by what they detect; every rule is in exactly one group. */
export const ruleGroups: readonly Readonly<{
  title: string;
  description: string;
  rules: readonly RuleName[];
}>[] = [
  {
    title: "Use of invalid certificates",
    description: "A single use raises an alert.",
    rules: [
      "revoked-used",
      "forged-certificate",
      "suspended-identity",
      "expired-used",
      "not-yet-valid-used",
      "outside-networks",
      "enrollment-secret-reused",
    ],
  },
  {
    title: "Unusual use",
    description: "Compared with what the same identity did before.",
    rules: [
      "several-networks",
      "first-network",
      "first-service",
      "dormant-revival",
      "off-hours",
      "refusal-burst",
      "issuing-spike",
    ],
  },
  {
    title: "Chancery health",
    description: "Failed checks, late work, missing entries and locked accounts.",
    rules: [
      "verification-failed",
      "signer-refused",
      "revocations-lost",
      "unreadable-entry",
      "reader-stalled",
      "clock-off",
      "checkpoint-late",
      "source-gap",
      "crl-late",
      "crl-outdated",
      "expiry-near",
      "rotation-overdue",
      "sign-in-lockout",
      "names-undecided",
      "names-overridden",
    ],
  },
];

const subjectKindLabels: Readonly<Record<string, string>> = {
  certificate: "Certificate",
  identity: "Identity",
  organization: "Organization",
  account: "User",
  authority: "Authority",
  "enrollment-secret": "Enrollment secret",
  source: "Source",
  fingerprint: "Unknown certificate",
  serial: "Unknown certificate",
  network: "Network",
  ip: "Address",
  address: "Address",
  profile: "Profile",
  log: "Audit log",
  policy: "Policy",
  service: "Service",
};

/** The label of a subject's kind. */
export function subjectKindLabel(kind: string): string {
  return subjectKindLabels[kind] ?? `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** The name of a subject; its id if it has none. */
export function subjectName({ label, id }: AlertDto["subject"]): string {
  return label === "" ? id : label;
}
