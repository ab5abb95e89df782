import type { AccountRole } from "@/lib/accounts/schema";

type RoleLabel = Readonly<{ label: string; hint: string }>;

/** What a role may do, in words. */
export const roleLabels: Readonly<Record<AccountRole | "service", RoleLabel>> = {
  admin: { label: "Administrator", hint: "Full access. No role can alter the audit log." },
  operator: {
    label: "Operator",
    hint: "Issues, rotates and revokes certificates, and manages identities.",
  },
  approver: { label: "Approver", hint: "Read-only: there is no approval workflow yet." },
  auditor: {
    label: "Auditor",
    hint: "Reads, searches and exports everything. Can’t change anything.",
  },
  service: { label: "Service", hint: "Manages the certificates of one identity." },
};
