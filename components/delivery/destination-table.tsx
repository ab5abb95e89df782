import { Send } from "lucide-react";
import type { ReactNode } from "react";
import { StateBadge } from "@/components/ui/badge";
import { EmptyValue } from "@/components/ui/data-list";
import { EmptyState } from "@/components/ui/empty-state";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { DestinationDto } from "@/lib/delivery/schema";
import { formatCount } from "@/lib/format/count";
import { destinationState, kindLabels, severityShort } from "./delivery-labels";

const columns: readonly Column<DestinationDto>[] = [
  {
    key: "name",
    header: "Name",
    width: "grow",
    cell: ({ name, address }) => (
      <>
        <span className="font-medium">{name}</span>{" "}
        <span className="block truncate text-xs font-normal text-muted">{address}</span>
      </>
    ),
  },
  {
    key: "kind",
    header: "Kind",
    width: "fit",
    hideBelow: "sm",
    cell: ({ kind }) => kindLabels[kind].label,
  },
  {
    key: "state",
    header: "State",
    width: "fit",
    cell: (row) => {
      const { state, label } = destinationState(row);
      return <StateBadge state={state} label={label} />;
    },
  },
  {
    key: "severity",
    header: "Alerts",
    width: "fit",
    hideBelow: "md",
    cell: ({ minSeverity }) => severityShort[minSeverity],
  },
  {
    key: "waiting",
    header: "Waiting",
    width: "fit",
    align: "end",
    hideBelow: "md",
    cell: ({ waiting }) => (waiting === 0 ? <EmptyValue /> : formatCount(waiting)),
  },
  {
    key: "last",
    header: "Last attempt",
    width: "fit",
    hideBelow: "lg",
    cell: ({ last }) => (last ? <Time at={last.at} /> : <EmptyValue />),
  },
];

/** Where alerts are sent. */
export function DestinationTable({
  items,
  action,
}: Readonly<{ items: readonly DestinationDto[]; action: ReactNode }>) {
  return (
    <DataTable
      caption="Destinations"
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/settings/delivery/${id}`}
      empty={
        <EmptyState icon={<Send aria-hidden />} title="No destinations yet" action={action}>
          Add an email, webhook, chat or syslog destination to get alerts outside the console.
        </EmptyState>
      }
    />
  );
}
