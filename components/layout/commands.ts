import type { PaletteEntry } from "./palette/palette-types";

type Command = Readonly<{ permission: string; entry: Omit<PaletteEntry, "group"> }>;

const commands: readonly Command[] = [
  {
    permission: "audit.read",
    entry: {
      id: "command-inventory-report",
      label: "Inventory report",
      hint: "Keys and certificates for PCI DSS 4.2.1.1 and 12.3.3, to print and sign off",
      href: "/reports",
      icon: "reports",
    },
  },
  {
    permission: "certificates.issue",
    entry: {
      id: "command-issue",
      label: "Issue certificate",
      hint: "From a certificate signing request (CSR)",
      href: "/certificates/new",
      icon: "certificates",
    },
  },
  {
    permission: "identities.write",
    entry: {
      id: "command-identity",
      label: "New identity",
      hint: "A person, service or device",
      href: "/identities/new",
      icon: "identities",
    },
  },
  {
    permission: "identities.read",
    entry: {
      id: "command-name-conflicts",
      label: "Name conflicts",
      hint: "Names that several identities have, and whether names are enforced",
      href: "/identities/conflicts",
      icon: "identities",
    },
  },
  {
    permission: "profiles.write",
    entry: {
      id: "command-profile",
      label: "New profile",
      hint: "Rules for what can be issued",
      href: "/profiles/new",
      icon: "profiles",
    },
  },
  {
    permission: "policies.write",
    entry: {
      id: "command-policy",
      label: "New policy",
      hint: "Who can do what on a service",
      href: "/policies/new",
      icon: "policies",
    },
  },
  {
    permission: "certificates.read",
    entry: {
      id: "command-expiring",
      label: "Certificates expiring soon",
      href: "/certificates?state=expiring",
      icon: "certificates",
    },
  },
  {
    permission: "certificates.read",
    entry: {
      id: "command-bulk",
      label: "Bulk actions",
      hint: "Progress and reports of changes to many certificates or identities",
      href: "/certificates/bulk",
      icon: "certificates",
    },
  },
  {
    permission: "audit.read",
    entry: {
      id: "command-denied",
      label: "Denied actions",
      hint: "Denied and rejected attempts in the audit log",
      href: "/audit?outcome=denied",
      icon: "audit",
    },
  },
  {
    permission: "alerts.read",
    entry: {
      id: "command-alert-rules",
      label: "Alert rules",
      hint: "What each rule detects, and when it stays quiet",
      href: "/alerts/rules",
      icon: "alerts",
    },
  },
  {
    permission: "alerts.read",
    entry: {
      id: "command-exceptions",
      label: "Alert exceptions",
      hint: "Alerts that are not raised for a while",
      href: "/alerts/exceptions",
      icon: "alerts",
    },
  },
  {
    permission: "audit.verify",
    entry: {
      id: "command-verify",
      label: "Verify the audit log",
      hint: "Checkpoint, witnesses, last verification",
      href: "/audit/log",
      icon: "proofs",
    },
  },
  {
    permission: "audit.verify",
    entry: {
      id: "command-drill",
      label: "Run a tamper drill",
      hint: "Simulated attacks on a copy of the log",
      href: "/audit/drill",
      icon: "proofs",
    },
  },
  {
    permission: "overview.read",
    entry: {
      id: "command-account",
      label: "Your account",
      hint: "Password and sessions",
      href: "/settings/account",
      icon: "users",
    },
  },
];

/** The commands of the palette that a role is permitted to run. */
export function commandsFor(isPermitted: (permission: string) => boolean): PaletteEntry[] {
  return commands
    .filter(({ permission }) => isPermitted(permission))
    .map(({ entry }) => ({ ...entry, group: "Actions" }));
}
