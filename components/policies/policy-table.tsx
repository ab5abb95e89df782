import type { ReactNode } from "react";
import { StateBadge } from "@/components/ui/badge";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { PolicyDto } from "@/lib/policies/schema";
import { rulesSummary } from "./policy-labels";

/** Active, retired or unreadable, as label, icon and color. */
export function PolicyState({
  policy: { status, rules },
}: Readonly<{ policy: Pick<PolicyDto, "status" | "rules"> }>) {
  if (status === "retired") return <StateBadge state="expired" label="Retired" />;
  return rules === null ? (
    <StateBadge state="denied" label="Unreadable" />
  ) : (
    <StateBadge state="valid" label="Active" />
  );
}

const columns: readonly Column<PolicyDto>[] = [
  {
    key: "service",
    header: "Service",
    width: "grow",
    cell: ({ name, service }) => (
      <>
        <span className="font-medium">{name}</span>{" "}
        <span className="block truncate font-mono text-xs text-muted">{service}</span>
      </>
    ),
  },
  {
    key: "status",
    header: "State",
    width: "fit",
    cell: (policy) => <PolicyState policy={policy} />,
  },
  {
    key: "rules",
    header: "Rules",
    width: "fit",
    hideBelow: "sm",
    cell: ({ rules }) => rulesSummary(rules),
  },
  {
    key: "version",
    header: "Version",
    align: "end",
    width: "fit",
    hideBelow: "md",
    cell: ({ version }) => version,
  },
  {
    key: "changedAt",
    header: "Changed",
    width: "fit",
    hideBelow: "md",
    cell: ({ changedAt }) => <Time at={changedAt} />,
  },
];

/** Policies as rows; each opens its rules. */
export function PolicyTable({
  items,
  empty,
}: Readonly<{ items: readonly PolicyDto[]; empty: ReactNode }>) {
  return (
    <DataTable
      caption="Policies"
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/policies/${id}`}
      empty={empty}
    />
  );
}
