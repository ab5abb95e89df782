"use client";

import { CircleCheck } from "lucide-react";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { CustodyView } from "@/lib/custody/types";
import { formatCount } from "@/lib/format/count";
import { serviceLabel } from "@/lib/format/service-label";
import { codeLabel } from "./code-labels";
import { useMoreRows } from "./use-more-rows";

type Refusal = CustodyView["refusals"][number];

const firstShown = 8;

const columns: readonly Column<Refusal>[] = [
  {
    key: "code",
    header: "Reason",
    width: "grow",
    cell: ({ code, service }) => (
      <>
        <span className="block truncate" title={codeLabel(code)}>
          {codeLabel(code)}
        </span>
        <span
          className="block truncate text-xs font-normal text-muted"
          title={`${code} · ${serviceLabel(service)}`}
        >
          <code className="font-mono">{code}</code> · {serviceLabel(service)}
        </span>
      </>
    ),
  },
  {
    key: "count",
    header: "Count",
    width: "fit",
    align: "end",
    cell: ({ count }) => formatCount(count),
  },
  {
    key: "lastAt",
    header: "Last seen",
    width: "fit",
    hideBelow: "lg",
    cell: ({ lastAt }) => <Time at={lastAt} />,
  },
];

/** Denied requests by reason and service, the most frequent first. */
export function DenialTable({
  refusals,
  linked,
}: Pick<CustodyView, "refusals"> & Readonly<{ linked: boolean }>) {
  const { shown, more } = useMoreRows(refusals, firstShown);
  return (
    <Card
      title="Denied requests"
      description="By reason and service."
      padding="flush"
      aside={
        linked && refusals.length > 0 && <Link href="/audit?outcome=denied">View in audit log</Link>
      }
      footer={more}
    >
      <DataTable
        bare
        caption="Denied requests by reason and service"
        columns={columns}
        rows={shown}
        rowKey={({ code, service }) => `${code} ${service}`}
        rowHref={
          linked ? ({ code }) => `/audit?outcome=denied&q=${encodeURIComponent(code)}` : undefined
        }
        empty={
          <EmptyState icon={<CircleCheck aria-hidden />} title="No denied requests">
            No request was denied in this period.
          </EmptyState>
        }
      />
    </Card>
  );
}
