import type { ReactNode } from "react";
import { StateBadge } from "@/components/ui/badge";
import { DataTable, type Column } from "@/components/ui/table";
import type { TableView } from "@/components/ui/table-view";
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

/** The columns of a list of identities. */
export const identityColumns: readonly Column<IdentityDto>[] = [
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
    cell: ({ owner }) => owner,
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
  {
    key: "names",
    header: "Names",
    extra: true,
    cell: ({ names }) => names.map(({ value }) => value).join(", "),
  },
  {
    key: "expired",
    header: "Expired",
    align: "end",
    width: "fit",
    extra: true,
    cell: ({ certificateCounts }) => formatCount(certificateCounts.expired),
  },
  {
    key: "revoked",
    header: "Revoked",
    align: "end",
    width: "fit",
    extra: true,
    cell: ({ certificateCounts }) => formatCount(certificateCounts.revoked),
  },
  { key: "note", header: "Note", extra: true, cell: ({ note }) => note },
  {
    key: "changedAt",
    header: "Changed",
    width: "fit",
    extra: true,
    cell: ({ changedAt }) => <Time at={changedAt} />,
  },
];

/** Identities as rows; each row links to its page. */
export function IdentityTable({
  items,
  empty,
  selectable = false,
  view,
}: Readonly<{
  items: readonly IdentityDto[];
  empty: ReactNode;
  /** Whether rows can be selected; then it is inside a SelectionProvider. */
  selectable?: boolean | undefined;
  view?: TableView | undefined;
}>) {
  return (
    <DataTable
      caption="Identities"
      columns={identityColumns}
      view={view}
      rows={items}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/identities/${id}`}
      selectLabel={selectable ? ({ name }) => name : undefined}
      empty={empty}
    />
  );
}
