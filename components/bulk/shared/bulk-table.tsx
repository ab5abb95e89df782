import { Ban, CircleCheck, LoaderCircle, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { Tone } from "@/components/ui/tone";
import type { BulkDto, BulkStatus } from "@/lib/bulk/schema";
import { formatCount } from "@/lib/format/count";
import { BulkCount } from "./bulk-count";
import { actWords, bulkHref, bulkTitle, statusLabels } from "./bulk-words";

const looks: Readonly<Record<BulkStatus, readonly [tone: Tone, icon: LucideIcon]>> = {
  running: ["pending", LoaderCircle],
  finished: ["valid", CircleCheck],
  canceled: ["neutral", Ban],
  stopped: ["expiring", TriangleAlert],
};

function BulkState({ status }: Pick<BulkDto, "status">) {
  const [tone, Icon] = looks[status];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden />}>
      {statusLabels[status]}
    </Badge>
  );
}

/** "5 revoked, 1 refused". */
function resultOf({ act, done, changed, refused }: BulkDto): string {
  const parts: readonly (readonly [number, string])[] = [
    [done, actWords[act].done.toLowerCase()],
    [changed, "left alone"],
    [refused, "refused"],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${formatCount(count)} ${word}`)
    .join(", ");
}

const columns: readonly Column<BulkDto>[] = [
  { key: "title", header: "Bulk action", width: "grow", cell: bulkTitle },
  { key: "status", header: "State", width: "fit", cell: (bulk) => <BulkState {...bulk} /> },
  {
    key: "progress",
    header: "Progress",
    align: "end",
    width: "fit",
    hideBelow: "sm",
    cell: (bulk) => <BulkCount bulk={bulk} />,
  },
  {
    key: "result",
    header: "Result",
    hideBelow: "lg",
    cell: (bulk) =>
      bulk.status !== "running" && <span title={resultOf(bulk)}>{resultOf(bulk)}</span>,
  },
  {
    key: "startedBy",
    header: "Started by",
    hideBelow: "md",
    cell: ({ startedBy }) => startedBy,
  },
  {
    key: "createdAt",
    header: "Started",
    width: "fit",
    hideBelow: "sm",
    cell: ({ createdAt }) => <Time at={createdAt} />,
  },
];

/** Bulk actions as rows; each links to its page, with its progress and its report. */
export function BulkTable({
  items,
  empty,
}: Readonly<{ items: readonly BulkDto[]; empty: ReactNode }>) {
  return (
    <DataTable
      caption="Bulk actions"
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      rowHref={bulkHref}
      empty={empty}
    />
  );
}
