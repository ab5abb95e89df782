import type { ViewList } from "@/lib/views/schema";

type CommonView = Readonly<{ name: string; query: string }>;

/** The lists that have views: where they are, what they are called, and the views that everyone has. */
export const listsWithViews: Readonly<
  Record<ViewList, Readonly<{ path: string; label: string; common: readonly CommonView[] }>>
> = {
  audit: {
    path: "/audit",
    label: "Audit log",
    common: [
      { name: "Revocations", query: "action=certificate.revoked" },
      { name: "Issued certificates", query: "action=certificate.issued" },
      { name: "Denied", query: "outcome=denied" },
      { name: "Failed sign-ins", query: "action=session.refused" },
      { name: "Changes to users", query: "action=account." },
      { name: "Exports", query: "action=audit.exported" },
    ],
  },
  certificates: {
    path: "/certificates",
    label: "Certificates",
    common: [
      { name: "Expiring first", query: "sort=notAfter&state=expiring" },
      { name: "Valid without a successor", query: "state=valid&successor=none" },
      { name: "On hold", query: "state=held" },
      { name: "Revoked", query: "state=revoked" },
      { name: "Never used", query: "state=valid&use=never" },
    ],
  },
  identities: {
    path: "/identities",
    label: "Identities",
    common: [
      { name: "People", query: "kind=person" },
      { name: "Services", query: "kind=service" },
      { name: "Devices", query: "kind=device" },
      { name: "Suspended", query: "status=suspended" },
    ],
  },
  alerts: {
    path: "/alerts",
    label: "Alerts",
    common: [
      { name: "Critical", query: "severity=critical" },
      { name: "Not acknowledged", query: "status=open" },
      { name: "Resolved", query: "status=resolved" },
    ],
  },
};
