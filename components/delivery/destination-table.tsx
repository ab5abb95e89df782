import { Send } from "lucide-react";
import type { ReactNode } from "react";
import { StateBadge } from "@/components/ui/badge";
import { Nothing } from "@/components/ui/data-list";
import { EmptyState } from "@/components/ui/empty-state";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { DestinationDto } from "@/lib/delivery/schema";
import { formatCount } from "@/lib/format/count";
import { destinationLook, kindWords, severityShort } from "./delivery-words";

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
    cell: ({ kind }) => kindWords[kind].label,
  },
  {
    key: "state",
    header: "State",
    width: "fit",
    cell: (row) => {
      const { state, word } = destinationLook(row);
      return <StateBadge state={state} word={word} />;
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
    cell: ({ waiting }) => (waiting === 0 ? <Nothing /> : formatCount(waiting)),
  },
  {
    key: "last",
    header: "Last attempt",
    width: "fit",
    hideBelow: "lg",
    cell: ({ last }) => (last ? <Time at={last.at} /> : <Nothing />),
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
        <EmptyState icon={<Send aria-hidden />} title="Alerts stay in the console" action={action}>
          Add a mailbox, a webhook, a chat or a syslog server, and they are sent there too.
        </EmptyState>
      }
    />
  );
}
