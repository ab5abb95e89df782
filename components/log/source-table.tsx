import { StateBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { MonoId } from "@/components/ui/mono-id";
import { DataTable } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { formatCount } from "@/lib/format/count";
import type { SourceView } from "@/lib/log/types-of-proof";

/** Each run of a process that writes entries: it numbers them itself, so what never arrived is missed. */
export function SourceTable({ sources }: Readonly<{ sources: readonly SourceView[] }>) {
  return (
    <Card
      padding="flush"
      title="Sources"
      description="Each process numbers its entries before they reach the database; a number that never arrives is a gap."
    >
      <DataTable<SourceView>
        bare
        caption="Sources"
        rows={sources}
        rowKey={({ id, boot }) => `${id} ${boot}`}
        empty={
          <p className="px-4 pb-4 text-sm text-muted">
            No source has reported yet; each does within a minute.
          </p>
        }
        columns={[
          { key: "id", header: "Source", width: "grow", cell: (one) => <Named source={one} /> },
          {
            key: "arrived",
            header: "Arrived",
            width: "fit",
            align: "end",
            cell: ({ arrived, settled }) => (
              <span data-tip={`said to be committed up to its number ${formatCount(settled)}`}>
                {formatCount(arrived)}
              </span>
            ),
          },
          {
            key: "gaps",
            header: "Gaps",
            width: "fit",
            cell: ({ missingCount }) =>
              missingCount === 0 ? (
                <span className="text-muted">None</span>
              ) : (
                <StateBadge state="denied" word={`${formatCount(missingCount)} missing`} />
              ),
          },
          {
            key: "seen",
            header: "Last heard",
            width: "fit",
            hideBelow: "sm",
            cell: ({ lastSeenAt, ended }) => (
              <>
                <Time at={lastSeenAt} />
                {ended && <span className="block text-xs text-muted">ended in order</span>}
              </>
            ),
          },
        ]}
      />
    </Card>
  );
}

function Named({ source: { id, boot, missing, missingCount } }: Readonly<{ source: SourceView }>) {
  return (
    <span className="block py-1 whitespace-normal">
      <span className="font-medium">{id}</span>
      <span className="block text-xs text-muted">
        Run <MonoId value={boot} label="run" kind="text" />
      </span>
      {missingCount > 0 && (
        <span className="block text-xs break-all text-revoked">
          Its numbers {missing} never arrived.
        </span>
      )}
    </span>
  );
}
