import type { ReactNode } from "react";
import { StateBadge } from "@/components/ui/badge";
import { DataTable, type Column } from "@/components/ui/table";
import { EmptyState } from "@/components/ui/empty-state";
import { Nothing } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { AccountDto } from "@/lib/accounts/schema";
import { roleWords } from "./role-words";

/** Users as rows, with the acts on each at the end. */
export function AccountTable({
  items,
  acts,
}: Readonly<{
  items: readonly AccountDto[];
  acts?: ((account: AccountDto) => ReactNode) | undefined;
}>) {
  const columns: Column<AccountDto>[] = [
    {
      key: "name",
      header: "Name",
      width: "grow",
      cell: ({ name, email, role }) => (
        <>
          <span className="font-medium">{name}</span>{" "}
          <span className="block truncate text-xs text-muted">{email}</span>
          <span className="block text-xs text-muted sm:hidden">{roleWords[role].label}</span>
        </>
      ),
    },
    {
      key: "role",
      header: "Role",
      width: "fit",
      hideBelow: "sm",
      cell: ({ role }) => roleWords[role].label,
    },
    {
      key: "status",
      header: "State",
      width: "fit",
      cell: ({ status }) =>
        status === "active" ? (
          <StateBadge state="valid" word="Active" />
        ) : (
          <StateBadge state="expired" word="Disabled" />
        ),
    },
    {
      key: "identity",
      header: "Certificates of",
      hideBelow: "xl",
      cell: ({ identity }) =>
        identity ? (
          <span className="relative z-1">
            <Link variant="quiet" href={`/identities/${identity.id}`}>
              {identity.name}
            </Link>
          </span>
        ) : (
          <Nothing />
        ),
    },
    {
      key: "last",
      header: "Last sign-in",
      width: "fit",
      hideBelow: "md",
      cell: ({ lastSignInAt }) => (lastSignInAt ? <Time at={lastSignInAt} /> : <Nothing />),
    },
    {
      key: "sessions",
      header: "Open sessions",
      width: "fit",
      align: "end",
      hideBelow: "lg",
      cell: ({ openSessions }) => openSessions,
    },
    ...(acts
      ? [
          {
            key: "acts",
            header: "Acts",
            width: "fit",
            align: "end",
            cell: acts,
          } satisfies Column<AccountDto>,
        ]
      : []),
  ];
  return (
    <DataTable
      caption="Users"
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      empty={
        <EmptyState title="No user matches">
          Remove a filter, or search for the beginning of a name.
        </EmptyState>
      }
    />
  );
}
