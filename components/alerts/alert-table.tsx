import type { ReactNode } from "react";
import { DataTable, type Column } from "@/components/ui/table";
import type { TableView } from "@/components/ui/table-view";
import { Time } from "@/components/ui/time";
import { formatCount } from "@/lib/format/count";
import type { AlertDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { AlertStatusBadge, SeverityIcon } from "./alert-badges";
import { severityLabels } from "@/components/shared/severity-labels";
import { subjectName } from "./alert-labels";
import { RowAcknowledge } from "./row-acknowledge";

/** The columns of a list of alerts. */
export const alertColumns: readonly Column<AlertDto>[] = [
  { key: "summary", header: "Alert", width: "grow", cell: (alert) => <Summary {...alert} /> },
  {
    key: "status",
    header: "State",
    width: "fit",
    hideBelow: "sm",
    cell: ({ status }) => <AlertStatusBadge status={status} />,
  },
  {
    key: "assigned",
    header: "Assigned to",
    hideBelow: "lg",
    cell: ({ assignedTo }) => (
      <span className={assignedTo ? undefined : "text-muted"}>
        {assignedTo?.label ?? "Unassigned"}
      </span>
    ),
  },
  {
    key: "count",
    header: "Count",
    width: "fit",
    align: "end",
    hideBelow: "md",
    cell: ({ count }) => formatCount(count),
  },
  {
    key: "lastAt",
    header: "Last seen",
    width: "fit",
    hideBelow: "sm",
    cell: ({ lastAt }) => <Time at={lastAt} />,
  },
  {
    key: "severity",
    header: "Severity",
    width: "fit",
    extra: true,
    cell: ({ severity }) => severityLabels[severity],
  },
  { key: "rule", header: "Rule", extra: true, cell: ({ ruleTitle }) => ruleTitle },
  { key: "subject", header: "Subject", extra: true, cell: ({ subject }) => subjectName(subject) },
  {
    key: "openedAt",
    header: "Opened",
    width: "fit",
    extra: true,
    cell: ({ openedAt }) => <Time at={openedAt} />,
  },
];

/**
 * The summary, and below it the rule and the subject. On a phone the summary takes as many lines as
 * it needs.
 */
function Summary({ severity, status, summary, ruleTitle, subject, lastAt }: AlertDto) {
  return (
    <span className="flex min-w-0 items-start gap-2.5 py-0.5">
      <span className="mt-0.5 flex">
        <SeverityIcon severity={severity} named={false} />
      </span>
      <span className="min-w-0 flex-1">
        <span data-tip={summary} className="line-clamp-2 whitespace-normal max-sm:line-clamp-none">
          {summary}
        </span>
        <span className="block truncate text-xs font-normal text-muted max-sm:mt-1 max-sm:whitespace-normal">
          <span className="mb-1 flex flex-wrap items-center gap-x-2 gap-y-1 sm:hidden">
            <AlertStatusBadge status={status} />
            <Time at={lastAt} />
          </span>
          {severityLabels[severity]} · {ruleTitle} · {subjectName(subject)}
        </span>
      </span>
    </span>
  );
}

type Props = Readonly<{
  items: readonly AlertDto[];
  empty: ReactNode;
  /** For those who may handle alerts: rows can be selected, and an open one acknowledged. */
  acknowledge: ServerAction<AlertDto> | null;
  view: TableView;
}>;

/** Alerts as rows, the latest first; each opens its page. */
export function AlertTable({ items, empty, acknowledge, view }: Props) {
  const acting: readonly Column<AlertDto>[] =
    acknowledge === null
      ? []
      : [
          {
            key: "acknowledge",
            header: "Acknowledge",
            headerHidden: true,
            width: "fit",
            align: "end",
            cell: ({ id, status, summary }) =>
              status === "open" && (
                <RowAcknowledge id={id} summary={summary} action={acknowledge} />
              ),
          },
        ];
  return (
    <DataTable
      caption="Alerts"
      columns={[...alertColumns, ...acting]}
      view={view}
      {...(acknowledge === null
        ? {}
        : { selectLabel: ({ summary }: AlertDto) => `alert: ${summary}` })}
      rows={items}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/alerts/${id}`}
      empty={empty}
    />
  );
}
