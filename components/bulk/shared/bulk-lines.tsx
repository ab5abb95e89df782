import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { type BulkAct, type BulkLine, nounOf } from "@/lib/bulk/schema";
import { actWords } from "./bulk-words";

const outcomes = { changed: "Left alone", refused: "Refused", pending: "Waiting" } as const;

// A request that is waiting or was refused has no certificate, and its identity may have several.
const keyOf = ({ certificateId, identityId, alertId, name }: BulkLine): string =>
  alertId ?? certificateId ?? `${identityId} ${name}`;

function hrefOf({ certificateId, identityId, alertId }: BulkLine): string {
  if (alertId !== null) return `/alerts/${alertId}`;
  return certificateId === null ? `/identities/${identityId}` : `/certificates/${certificateId}`;
}

const headers = { certificates: "Certificate", identities: "Identity", alerts: "Alert" } as const;

const identityColumn = (header: string): Column<BulkLine> => ({
  key: "identity",
  header,
  hideBelow: "lg",
  cell: ({ identity }) => identity,
});

/** The lines of the report. */
export function BulkLines({ act, lines }: Readonly<{ act: BulkAct; lines: readonly BulkLine[] }>) {
  const noun = nounOf(act);
  const columns: readonly Column<BulkLine>[] = [
    {
      key: "name",
      header: headers[noun],
      width: "grow",
      cell: ({ name }) => name,
    },
    {
      key: "outcome",
      header: "Result",
      width: "fit",
      cell: ({ outcome }) => (outcome === "done" ? actWords[act].done : outcomes[outcome]),
    },
    {
      key: "message",
      header: "Why",
      hideBelow: "md",
      cell: ({ message }) => message ?? "",
    },
    ...(noun === "identities" ? [] : [identityColumn(noun === "alerts" ? "Subject" : "Identity")]),
    {
      key: "at",
      header: "Time",
      width: "fit",
      hideBelow: "sm",
      cell: ({ at }) => at !== null && <Time at={at} />,
    },
  ];
  return (
    <DataTable
      bare
      caption="Report"
      columns={columns}
      rows={lines}
      rowKey={keyOf}
      rowHref={hrefOf}
    />
  );
}
