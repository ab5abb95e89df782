import type { AccountRole } from "@/lib/accounts/schema";

type Words = Readonly<{ label: string; hint: string }>;

/** What a role may do, in words. */
export const roleWords: Readonly<Record<AccountRole | "service", Words>> = {
  admin: { label: "Administrator", hint: "Everything but altering the log." },
  operator: { label: "Operator", hint: "Issues, rotates, revokes; keeps the identities." },
  approver: { label: "Approver", hint: "Decides the requests of others; reads the rest." },
  auditor: { label: "Auditor", hint: "Reads, searches and exports everything; changes nothing." },
  service: { label: "Service", hint: "The certificates of one identity." },
};
