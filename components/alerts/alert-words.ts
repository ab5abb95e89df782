import type { AlertDto, AlertStatus, Resolution, RuleName, Severity } from "@/lib/alerts/schema";

export const severityWords: Readonly<Record<Severity, string>> = {
  critical: "Critical",
  high: "High",
  medium: "Medium",
  low: "Low",
};
/** The worst first, as people look for it. */
export const severityOrder: readonly Severity[] = ["critical", "high", "medium", "low"];

export const statusWords: Readonly<Record<AlertStatus, string>> = {
  open: "Open",
  acknowledged: "Acknowledged",
  resolved: "Resolved",
};

export const resolutionWords: Readonly<
  Record<Resolution, Readonly<{ label: string; hint: string }>>
> = {
  expected: {
    label: "Expected",
    hint: "Nothing was wrong. An exception keeps it quiet next time.",
  },
  "known-change": {
    label: "Known change",
    hint: "Somebody changed something on purpose, such as a move to another network.",
  },
  malicious: { label: "Malicious", hint: "Somebody used what was not theirs, or tried to." },
  fixed: { label: "Fixed", hint: "Something was broken, and no longer is." },
};

/** Rules by what they watch; every rule stands in exactly one group. */
export const ruleGroups: readonly Readonly<{
  title: string;
  description: string;
  rules: readonly RuleName[];
}>[] = [
  {
    title: "Certificates that must not be used",
    description: "One use is enough.",
    rules: [
      "revoked-used",
      "forged-certificate",
      "suspended-identity",
      "expired-used",
      "not-yet-valid-used",
      "outside-networks",
    ],
  },
  {
    title: "Use that is unusual",
    description: "Each compares with what the same identity did before.",
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
    title: "Chancery itself",
    description: "What has to happen in time, and what must not be missing.",
    rules: [
      "verification-failed",
      "checkpoint-late",
      "source-gap",
      "crl-late",
      "expiry-near",
      "sign-in-lockout",
    ],
  },
];

const subjectWords: Readonly<Record<string, string>> = {
  certificate: "Certificate",
  identity: "Identity",
  account: "Account",
  authority: "Authority",
  source: "Source",
  fingerprint: "Foreign certificate",
  serial: "Foreign certificate",
  network: "Network",
  ip: "Address",
  address: "Address",
  profile: "Profile",
  log: "The log",
  policy: "Policy",
  service: "Service",
};

/** What kind of thing an alert is about. */
export function subjectWord(kind: string): string {
  return subjectWords[kind] ?? `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** How the subject is called; its id where it has no name. */
export function subjectName({ label, id }: AlertDto["subject"]): string {
  return label === "" ? id : label;
}
