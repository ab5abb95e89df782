import type { ReactNode } from "react";
import { StateBadge } from "@/components/ui/badge";
import { DataTable, type Column } from "@/components/ui/table";
import { EmptyState } from "@/components/ui/empty-state";
import { EmptyValue } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { AccountDto } from "@/lib/accounts/schema";
import { roleLabels } from "@/components/shared/role-labels";

function Person({ name, email, role }: Pick<AccountDto, "name" | "email" | "role">) {
  return (
    <>
      <span className="font-medium" title={name}>
        {name}
      </span>{" "}
      <span
        title={email}
        className="block truncate text-xs text-muted max-sm:wrap-anywhere max-sm:whitespace-normal"
      >
        {email}
      </span>
      <span className="block text-xs text-muted sm:hidden">{roleLabels[role].label}</span>
    </>
  );
}

/** Users as rows, each with its actions at the end. */
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
      cell: (account) => <Person {...account} />,
    },
    {
      key: "role",
      header: "Role",
      width: "fit",
      hideBelow: "sm",
      cell: ({ role }) => roleLabels[role].label,
    },
    {
      key: "status",
      header: "State",
      width: "fit",
      cell: ({ status, hasPassword, invitation, identity }) =>
        status !== "active" ? (
          <StateBadge state="expired" label="Disabled" />
        ) : hasPassword || identity ? (
          <StateBadge state="valid" label="Active" />
        ) : invitation ? (
          <StateBadge state="pending" label="Invited" />
        ) : (
          <StateBadge state="expired" label="No password" />
        ),
    },
    {
      key: "identity",
      header: "Certificate sign-in",
      hideBelow: "xl",
      cell: ({ identity }) =>
        identity ? (
          <span className="relative z-1">
            <Link variant="quiet" href={`/identities/${identity.id}`}>
              {identity.name}
            </Link>
          </span>
        ) : (
          <EmptyValue />
        ),
    },
    {
      key: "last",
      header: "Last sign-in",
      width: "fit",
      hideBelow: "md",
      cell: ({ lastSignInAt }) => (lastSignInAt ? <Time at={lastSignInAt} /> : <EmptyValue />),
    },
    {
      key: "sessions",
      header: "Sessions",
      width: "fit",
      align: "end",
      hideBelow: "lg",
      cell: ({ openSessions }) => openSessions,
    },
    ...(acts
      ? [
          {
            key: "acts",
            header: "Actions",
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
      empty={<EmptyState title="No users match">Remove a filter or try another search.</EmptyState>}
    />
  );
}
