"use client";

import { CircleCheck } from "lucide-react";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { CustodyView } from "@/lib/custody/types";
import { formatCount } from "@/lib/format/count";
import { useMoreRows } from "./use-more-rows";

type Unused = CustodyView["neverUsed"]["items"][number];

const firstShown = 6;

const columns: readonly Column<Unused>[] = [
  {
    key: "subject",
    header: "Certificate",
    width: "grow",
    cell: ({ subject, identity }) => (
      <>
        <span className="block truncate">{subject}</span>
        <span className="block truncate text-xs font-normal text-muted">{identity.name}</span>
      </>
    ),
  },
  {
    key: "issuedAt",
    header: "Issued",
    width: "fit",
    cell: ({ issuedAt }) => <Time at={issuedAt} />,
  },
  {
    key: "notAfter",
    header: "Expires",
    width: "fit",
    hideBelow: "md",
    cell: ({ notAfter }) => <Time at={notAfter} show="day" />,
  },
];

/** Valid certificates that were never presented to Chancery, the oldest first. */
export function NeverUsed({ neverUsed: { count, items } }: Pick<CustodyView, "neverUsed">) {
  const { shown, more } = useMoreRows(items, firstShown);
  return (
    <Card
      title="Never used"
      description="Valid client certificates that have never authenticated to Chancery or through a trusted proxy, oldest first."
      padding="flush"
      aside={
        count > 0 && (
          <Link href="/certificates?state=valid&use=never&sort=createdAt">
            View all {formatCount(count)}
          </Link>
        )
      }
      footer={
        more ??
        (count > items.length
          ? `The oldest ${formatCount(items.length)} of ${formatCount(count)}.`
          : undefined)
      }
    >
      <DataTable
        bare
        caption="Valid certificates that were never used"
        columns={columns}
        rows={shown}
        rowKey={({ id }) => id}
        rowHref={({ id }) => `/certificates/${id}`}
        empty={
          <EmptyState icon={<CircleCheck aria-hidden />} title="No unused certificates">
            Valid client certificates that have never been used appear here.
          </EmptyState>
        }
      />
    </Card>
  );
}
