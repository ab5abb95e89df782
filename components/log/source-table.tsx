import clsx from "clsx";
import { StateBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { MonoId } from "@/components/ui/mono-id";
import { DataTable } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { formatCount } from "@/lib/format/count";
import type { SourceView } from "@/lib/log/view-types";
import { noGapsLabel } from "./state-labels";

/**
 * Each run of a process that writes entries. It numbers its entries, so that lost ones are
 * detected.
 */
export function SourceTable({ sources }: Readonly<{ sources: readonly SourceView[] }>) {
  return (
    <Card
      padding="flush"
      title="Sources"
      description="Each process numbers its entries before it sends them. A number that never arrives is a gap."
    >
      <DataTable<SourceView>
        bare
        caption="Sources"
        rows={sources}
        rowKey={({ id, boot }) => `${id} ${boot}`}
        empty={
          <p className="px-4 pb-4 text-sm text-muted">
            No source has reported yet. Each one reports within a minute.
          </p>
        }
        columns={[
          {
            key: "id",
            header: "Source",
            width: "grow",
            cell: (one) => <SourceName source={one} />,
          },
          {
            key: "arrived",
            header: "Received",
            width: "fit",
            align: "end",
            hideBelow: "sm",
            cell: ({ arrived, settled }) => (
              <span data-tip={`The source confirmed its numbers up to ${formatCount(settled)}`}>
                {formatCount(arrived)}
              </span>
            ),
          },
          {
            key: "gaps",
            header: "Gaps",
            width: "fit",
            cell: (source) =>
              source.missingCount === 0 ? (
                <span
                  className={clsx(
                    "max-sm:whitespace-normal",
                    source.unsettledCount > 0 ? "text-expiring" : "text-muted",
                  )}
                >
                  {noGapsLabel(source)}
                </span>
              ) : (
                <StateBadge state="denied" label={`${formatCount(source.missingCount)} missing`} />
              ),
          },
          {
            key: "seen",
            header: "Last seen",
            width: "fit",
            hideBelow: "sm",
            cell: ({ lastSeenAt, ended }) => (
              <>
                <Time at={lastSeenAt} />
                {ended && <span className="block text-xs text-muted">stopped normally</span>}
              </>
            ),
          },
        ]}
      />
    </Card>
  );
}

function SourceName({
  source: { id, boot, arrived, missing, missingCount },
}: Readonly<{ source: SourceView }>) {
  return (
    <span className="block py-1 whitespace-normal">
      <span className="font-medium wrap-anywhere">{id}</span>
      <span className="block text-xs text-muted">
        Run <MonoId value={boot} label="run" kind="text" />
      </span>
      <span className="block text-xs text-muted sm:hidden">{formatCount(arrived)} received</span>
      {missingCount > 0 && (
        <span className="block text-xs break-all text-revoked">Missing numbers: {missing}</span>
      )}
    </span>
  );
}
