import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { type BulkAct, type BulkLine, changesIdentities } from "@/lib/bulk/schema";
import { actWords } from "./bulk-words";

const outcomes = { changed: "Left alone", refused: "Refused", pending: "Waiting" } as const;

// A request that is waiting or was refused has no certificate, and its identity may have several.
const keyOf = ({ certificateId, identityId, name }: BulkLine): string =>
  certificateId ?? `${identityId} ${name}`;

const identityColumn: Column<BulkLine> = {
  key: "identity",
  header: "Identity",
  hideBelow: "lg",
  cell: ({ identity }) => identity,
};

/** The lines of the report. */
export function BulkLines({ act, lines }: Readonly<{ act: BulkAct; lines: readonly BulkLine[] }>) {
  const columns: readonly Column<BulkLine>[] = [
    {
      key: "name",
      header: changesIdentities(act) ? "Identity" : "Certificate",
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
    ...(changesIdentities(act) ? [] : [identityColumn]),
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
      rowHref={({ certificateId, identityId }) =>
        certificateId === null ? `/identities/${identityId}` : `/certificates/${certificateId}`
      }
    />
  );
}
