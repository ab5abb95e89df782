import type { PaletteEntry } from "./palette-types";

type Act = Readonly<{ needs: string; entry: PaletteEntry }>;

const acts: readonly Act[] = [
  {
    needs: "certificates.issue",
    entry: {
      id: "act-issue",
      group: "Acts",
      label: "Issue a certificate",
      hint: "From a certificate signing request",
      href: "/certificates/new",
      place: "certificates",
    },
  },
  {
    needs: "identities.write",
    entry: {
      id: "act-identity",
      group: "Acts",
      label: "New identity",
      hint: "A person, a service or a device",
      href: "/identities/new",
      place: "identities",
    },
  },
  {
    needs: "profiles.write",
    entry: {
      id: "act-profile",
      group: "Acts",
      label: "New profile",
      hint: "Rules for what may be issued",
      href: "/profiles/new",
      place: "profiles",
    },
  },
  {
    needs: "policies.write",
    entry: {
      id: "act-policy",
      group: "Acts",
      label: "New policy",
      hint: "Who may do what on a service",
      href: "/policies/new",
      place: "policies",
    },
  },
  {
    needs: "certificates.read",
    entry: {
      id: "act-expiring",
      group: "Acts",
      label: "What expires next",
      href: "/certificates?state=expiring",
      place: "certificates",
    },
  },
  {
    needs: "audit.read",
    entry: {
      id: "act-refused",
      group: "Acts",
      label: "Refusals on the record",
      href: "/audit?outcome=denied",
      place: "audit",
    },
  },
  {
    needs: "alerts.read",
    entry: {
      id: "act-alert-rules",
      group: "Acts",
      label: "Rules of alerts",
      hint: "What each looks for, and what keeps it quiet",
      href: "/alerts/rules",
      place: "alerts",
    },
  },
  {
    needs: "alerts.read",
    entry: {
      id: "act-exceptions",
      group: "Acts",
      label: "Exceptions from alerts",
      hint: "What is expected for a while",
      href: "/alerts/exceptions",
      place: "alerts",
    },
  },
  {
    needs: "audit.verify",
    entry: {
      id: "act-verify",
      group: "Acts",
      label: "Verify the whole log",
      hint: "Checkpoint, witnesses, last verification",
      href: "/audit/log",
      place: "proofs",
    },
  },
  {
    needs: "audit.verify",
    entry: {
      id: "act-drill",
      group: "Acts",
      label: "Run a tamper drill",
      hint: "Attacks on a copy, and what caught them",
      href: "/audit/drill",
      place: "proofs",
    },
  },
  {
    needs: "overview.read",
    entry: {
      id: "act-account",
      group: "Acts",
      label: "Your account",
      hint: "Password and sessions",
      href: "/settings/account",
      place: "users",
    },
  },
];

/** What the command palette offers to do, for somebody's role. */
export function actsFor(may: (permission: string) => boolean): PaletteEntry[] {
  return acts.filter(({ needs }) => may(needs)).map(({ entry }) => entry);
}
