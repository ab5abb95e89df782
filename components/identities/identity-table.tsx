import type { ReactNode } from "react";
import { StateBadge } from "@/components/ui/badge";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { formatCount } from "@/lib/format/count";
import type { IdentityDto } from "@/lib/identities/schema";
import { kindLabels } from "@/components/shared/identity-kinds";

/** Active or suspended, as label, icon and color. */
export function IdentityState({ status }: Pick<IdentityDto, "status">) {
  return status === "active" ? (
    <StateBadge state="valid" label="Active" />
  ) : (
    <StateBadge state="hold" label="Suspended" />
  );
}

const columns: readonly Column<IdentityDto>[] = [
  { key: "name", header: "Name", width: "grow", cell: ({ name }) => name },
  {
    key: "kind",
    header: "Kind",
    width: "fit",
    hideBelow: "sm",
    cell: ({ kind }) => kindLabels[kind],
  },
  {
    key: "status",
    header: "State",
    width: "fit",
    cell: ({ status }) => <IdentityState status={status} />,
  },
  {
    key: "owner",
    header: "Owner",
    hideBelow: "md",
    cell: ({ owner }) => (
      <span className="block max-w-40 truncate lg:max-w-56" title={owner}>
        {owner}
      </span>
    ),
  },
  {
    key: "valid",
    header: "Valid certificates",
    align: "end",
    width: "fit",
    hideBelow: "sm",
    cell: ({ certificateCounts }) => formatCount(certificateCounts.valid),
  },
  {
    key: "createdAt",
    header: "Created",
    width: "fit",
    hideBelow: "lg",
    cell: ({ createdAt }) => <Time at={createdAt} />,
  },
];

/** Identities as rows; each row links to its page. */
export function IdentityTable({
  items,
  empty,
  selectable = false,
}: Readonly<{
  items: readonly IdentityDto[];
  empty: ReactNode;
  /** Whether rows can be selected; then it is inside a SelectionProvider. */
  selectable?: boolean | undefined;
}>) {
  return (
    <DataTable
      caption="Identities"
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/identities/${id}`}
      selectLabel={selectable ? ({ name }) => name : undefined}
      empty={empty}
    />
  );
}
